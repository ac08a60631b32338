#include "load/inspector.h"

#include "load/identity.h"
#include "load/item_reader.h"

namespace telemill::load {

Result<std::unique_ptr<Inspector>, Failure> Inspector::create(const InspectorSettings& settings,
                                                              bool is_first) {
  std::unique_ptr<Inspector> made(new Inspector(settings));
  made->report_.is_cheap = settings.is_cheap;
  if (!settings.ids_file.empty()) {
    TELEMILL_ASSIGN(made->ids_, IdFile::open(settings.ids_file, is_first));
  }
  if (!settings.save_folder.empty()) {
    TELEMILL_ASSIGN(made->saved_, SaveFiles::open(settings.save_folder, is_first));
  }
  return made;
}

void Inspector::accept(otlp::Signal signal, const otlp::Part& part, size_t wire_bytes,
                       UnixNanos now) {
  SignalTally& seen = tally(signal);
  seen.accepted.add(part.item_count);
  seen.wire_bytes += wire_bytes;
  seen.message_bytes += part.bytes.size();
  if (saved_) saved_->add(signal, part.bytes.view());
  // Profiles are counted; the generator makes none whose ids could be checked.
  if (signal == otlp::Signal::profiles) {
    seen.foreign += part.item_count;
  } else if (settings_.is_cheap && !ids_) {
    sum(signal, part);
  } else {
    check(signal, part, now);
  }
}

void Inspector::check(otlp::Signal signal, const otlp::Part& part, UnixNanos now) {
  SignalTally& seen = tally(signal);
  ItemReader(signal, true).read(part, [&](const ItemMark& mark) {
    if (!mark.id || !is_number(unscramble(*mark.id))) {
      ++seen.foreign;
      return;
    }
    seen.id_sum += *mark.id;
    seen.latency.record(now > mark.time ? now - mark.time : 0);
    if (ids_) ids_->add(IdStatus::acknowledged, *mark.id);
    switch (seen.ids.add(unscramble(*mark.id))) {
      case IdSet::Added::fresh:
        break;
      case IdSet::Added::duplicate:
        ++seen.duplicates;
        break;
      case IdSet::Added::unchecked:
        ++seen.unchecked;
        break;
    }
  });
}

void Inspector::sum(otlp::Signal signal, const otlp::Part& part) {
  SignalTally& seen = tally(signal);
  ItemReader(signal, false).read(part, [&](const ItemMark& mark) {
    seen.id_sum += mark.id.value_or(0);
    seen.foreign += mark.id ? 0 : 1;
  });
}

void Inspector::flush() {
  if (ids_) {
    ids_->flush();
    if (ids_->has_failed()) report_.lost_writes = 1;
  }
  if (saved_ && saved_->has_failed()) report_.lost_writes = 1;
}

}  // namespace telemill::load
