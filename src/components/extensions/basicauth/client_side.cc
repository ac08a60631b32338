#include "components/extensions/basicauth/client_side.h"

#include <utility>

#include "transport/base64.h"

namespace telemill::components::extensions::basicauth {

ClientSide::ClientSide(const pipeline::ComponentContext& context, const ClientAuthConfig& config)
    : username_(config.username), password_(config.password.reveal()) {
  username_file_ = watch(context, config.username_file, username_);
  password_file_ = watch(context, config.password_file, password_);
}

std::unique_ptr<shared::WatchedFile> ClientSide::watch(const pipeline::ComponentContext& context,
                                                       const std::string& path,
                                                       std::string& target) {
  if (path.empty()) return nullptr;
  const auto use = [&target](std::string_view text) -> Result<void, Failure> {
    // Editors end files with a line end, which is no part of the secret.
    text = text.substr(0, text.find_last_not_of("\r\n") + 1);
    if (text.empty()) return fail(ErrorCode::corrupt, "is empty");
    target = text;
    return {};
  };
  return std::make_unique<shared::WatchedFile>(context, path, use);
}

Result<void, Failure> ClientSide::start() {
  if (username_file_ != nullptr) TELEMILL_TRY(username_file_->start());
  if (password_file_ != nullptr) TELEMILL_TRY(password_file_->start());
  return {};
}

Result<void, Failure> ClientSide::add_headers(std::vector<pipeline::ContextEntry>& headers) {
  std::string coded = transport::encode_base64(username_ + ":" + password_);
  coded.append((4 - coded.size() % 4) % 4, '=');
  headers.push_back({"authorization", "Basic " + coded});
  return {};
}

}  // namespace telemill::components::extensions::basicauth
