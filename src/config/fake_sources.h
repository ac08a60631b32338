#pragma once

#include <map>
#include <string>
#include <utility>

#include "config/sources.h"

/// Files and variables that exist only in a test.
namespace telemill::config::test {

using Texts = std::map<std::string, std::string>;

class FakeFiles final : public Files {
 public:
  explicit FakeFiles(Texts texts) : texts_(std::move(texts)) {}
  Result<std::string, Failure> read(const std::string& path) override {
    const auto found = texts_.find(path);
    if (found == texts_.end()) return fail(ErrorCode::unavailable, "cannot read file " + path);
    return std::string(found->second);
  }

 private:
  Texts texts_;
};

class FakeEnvironment final : public Environment {
 public:
  explicit FakeEnvironment(Texts texts) : texts_(std::move(texts)) {}
  [[nodiscard]] std::optional<std::string> get(const std::string& name) const override {
    const auto found = texts_.find(name);
    return found == texts_.end() ? std::nullopt : std::optional<std::string>(found->second);
  }

 private:
  Texts texts_;
};

/// `env:`, `file:` and `yaml:` over the fakes.
class FakeSources {
 public:
  FakeSources(Texts variables, Texts texts)
      : environment_(std::move(variables)), files_(std::move(texts)) {
    all_.add(env_);
    all_.add(file_);
    all_.add(yaml_);
  }
  [[nodiscard]] const Sources& all() const noexcept { return all_; }

 private:
  FakeEnvironment environment_;
  FakeFiles files_;
  EnvironmentSource env_{environment_};
  FileSource file_{files_};
  YamlSource yaml_;
  Sources all_;
};

}  // namespace telemill::config::test
