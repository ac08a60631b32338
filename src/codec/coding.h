#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// Content codings and their names at the places where they are spoken: HTTP, gRPC, YAML.
/// One name may mean two formats (`snappy` is a block in HTTP and a framed stream in gRPC), so
/// every place has its own table.
namespace telemill::codec {

enum class Coding : uint8_t { identity, gzip, zlib, zstd, snappy, snappy_framed, lz4 };
inline constexpr size_t coding_count = 7;

/// The level that stands for "not configured".
inline constexpr int level_default = -1;

struct CodingName {
  std::string_view name;
  Coding coding;
};

/// Content-Encoding values. The first name of a coding is the one we write. `deflate` has always
/// meant the zlib format in HTTP.
inline constexpr std::array http_codings = {
    CodingName{"", Coding::identity},     CodingName{"identity", Coding::identity},
    CodingName{"gzip", Coding::gzip},     CodingName{"zstd", Coding::zstd},
    CodingName{"deflate", Coding::zlib},  CodingName{"zlib", Coding::zlib},
    CodingName{"snappy", Coding::snappy}, CodingName{"x-snappy-framed", Coding::snappy_framed},
    CodingName{"lz4", Coding::lz4},
};

/// `grpc-encoding` values. The peers' snappy for gRPC is the framed stream.
inline constexpr std::array grpc_codings = {
    CodingName{"identity", Coding::identity}, CodingName{"", Coding::identity},
    CodingName{"gzip", Coding::gzip},         CodingName{"snappy", Coding::snappy_framed},
    CodingName{"zstd", Coding::zstd},
};

/// `compression:` of HTTP clients.
inline constexpr std::array http_config_codings = {
    CodingName{"none", Coding::identity}, CodingName{"", Coding::identity},
    CodingName{"gzip", Coding::gzip},     CodingName{"zstd", Coding::zstd},
    CodingName{"zlib", Coding::zlib},     CodingName{"deflate", Coding::zlib},
    CodingName{"snappy", Coding::snappy}, CodingName{"x-snappy-framed", Coding::snappy_framed},
    CodingName{"lz4", Coding::lz4},
};

/// `compression:` of gRPC clients.
inline constexpr std::array grpc_config_codings = {
    CodingName{"none", Coding::identity},
    CodingName{"", Coding::identity},
    CodingName{"gzip", Coding::gzip},
    CodingName{"zstd", Coding::zstd},
    CodingName{"snappy", Coding::snappy_framed},
};

/// Compares ASCII letters without case, as HTTP compares codings.
constexpr bool equals_without_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

template <size_t N>
constexpr std::optional<Coding> find_coding(const std::array<CodingName, N>& table,
                                            std::string_view name) noexcept {
  for (const CodingName& entry : table) {
    if (entry.name == name) return entry.coding;
  }
  return std::nullopt;
}

template <size_t N>
constexpr std::optional<std::string_view> find_name(const std::array<CodingName, N>& table,
                                                    Coding coding) noexcept {
  for (const CodingName& entry : table) {
    if (entry.coding == coding) return entry.name;
  }
  return std::nullopt;
}

/// What one Content-Encoding value means; nothing for names we do not know. A list of several
/// codings is one unknown name, as it is for the reference collector.
constexpr std::optional<Coding> coding_from_http(std::string_view name) noexcept {
  for (const CodingName& entry : http_codings) {
    if (equals_without_case(entry.name, name)) return entry.coding;
  }
  return std::nullopt;
}
constexpr std::optional<Coding> coding_from_grpc(std::string_view name) noexcept {
  return find_coding(grpc_codings, name);
}
constexpr std::optional<Coding> coding_from_http_config(std::string_view name) noexcept {
  return find_coding(http_config_codings, name);
}
constexpr std::optional<Coding> coding_from_grpc_config(std::string_view name) noexcept {
  return find_coding(grpc_config_codings, name);
}

/// The value for Content-Encoding; empty for identity, which needs no header.
constexpr std::string_view http_name(Coding coding) noexcept {
  return find_name(http_codings, coding).value_or("");
}
/// The value for `grpc-encoding`; nothing for codings that gRPC peers do not speak.
constexpr std::optional<std::string_view> grpc_name(Coding coding) noexcept {
  return find_name(grpc_codings, coding);
}

/// How every framed snappy stream begins.
inline constexpr std::string_view snappy_frame_magic{"\xff\x06\x00\x00sNaPpY", 10};

/// What a request body is coded in when its header says `coding`: clients say `snappy` for both
/// snappy formats, so the first ten bytes decide.
constexpr Coding coding_of_http_body(Coding coding, std::string_view body) noexcept {
  const bool is_framed = coding == Coding::snappy && body.starts_with(snappy_frame_magic);
  return is_framed ? Coding::snappy_framed : coding;
}

/// May `compression_params.level` be `level` for this coding?
constexpr bool accepts_level(Coding coding, int level) noexcept {
  if (coding == Coding::gzip || coding == Coding::zlib) return level >= -2 && level <= 9;
  return coding == Coding::zstd || level == level_default;
}

}  // namespace telemill::codec
