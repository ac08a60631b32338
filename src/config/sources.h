#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "telemill/result.h"

/// Where configuration text comes from: `file:`, `env:` and `yaml:` live here; what needs the
/// network is a Source given from above.
namespace telemill::config {

struct Retrieved {
  std::string text;
  bool is_set = true;    // false: the variable does not exist and has no default
  bool is_text = false;  // a string whatever it looks like
};

/// What answers to one URI scheme.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// In lower case, without the colon.
  [[nodiscard]] virtual std::string_view scheme() const noexcept = 0;
  /// Whether its texts are documents whose line numbers help a person.
  [[nodiscard]] virtual bool has_lines() const noexcept { return false; }
  /// The text behind `rest`, which is what follows the colon of the URI.
  virtual Result<Retrieved, Failure> retrieve(std::string_view rest) = 0;
};

/// The schemes that may be used; borrows the sources.
class Sources {
 public:
  void add(Source& source) { sources_.push_back(&source); }
  [[nodiscard]] Source* find(std::string_view scheme) const noexcept;
  /// "env, file, yaml", for messages.
  [[nodiscard]] std::string schemes() const;

 private:
  std::vector<Source*> sources_;
};

/// A URI cut at its colon: a letter and at least one more of letters, digits, `+`, `.`, `-`.
struct Location {
  std::string_view scheme;
  std::string_view rest;
};
[[nodiscard]] std::optional<Location> parse_location(std::string_view uri) noexcept;

class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  virtual ~Files() = default;
  /// The whole file, at most `document_bytes_max`.
  virtual Result<std::string, Failure> read(const std::string& path) = 0;
};

class Environment {
 public:
  Environment() = default;
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  virtual ~Environment() = default;
  [[nodiscard]] virtual std::optional<std::string> get(const std::string& name) const = 0;
};

/// `file:path`; borrows `files`.
class FileSource final : public Source {
 public:
  explicit FileSource(Files& files) noexcept : files_(files) {}
  [[nodiscard]] std::string_view scheme() const noexcept override { return "file"; }
  [[nodiscard]] bool has_lines() const noexcept override { return true; }
  Result<Retrieved, Failure> retrieve(std::string_view rest) override;

 private:
  Files& files_;
};

/// `env:NAME` and `env:NAME:-default`; borrows `environment`.
class EnvironmentSource final : public Source {
 public:
  explicit EnvironmentSource(const Environment& environment) noexcept : environment_(environment) {}
  [[nodiscard]] std::string_view scheme() const noexcept override { return "env"; }
  Result<Retrieved, Failure> retrieve(std::string_view rest) override;

 private:
  const Environment& environment_;
};

/// `yaml:text`.
class YamlSource final : public Source {
 public:
  [[nodiscard]] std::string_view scheme() const noexcept override { return "yaml"; }
  Result<Retrieved, Failure> retrieve(std::string_view rest) override;
};

/// The machine's files, read at once: for start-up and reload, never on a lane. A pipe may be read
/// too; `silence_max` without a byte from its writer is an error.
class LocalFiles final : public Files {
 public:
  explicit LocalFiles(Duration silence_max = std::chrono::seconds(5)) noexcept
      : silence_max_(silence_max) {}
  Result<std::string, Failure> read(const std::string& path) override;

 private:
  Duration silence_max_;
};

/// The environment of this process.
class ProcessEnvironment final : public Environment {
 public:
  [[nodiscard]] std::optional<std::string> get(const std::string& name) const override;
};

}  // namespace telemill::config
