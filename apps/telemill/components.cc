#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>

#include "commands.h"
#include "components/registry.h"
#include "engine/catalog.h"

namespace telemill::app {
namespace {

namespace fs = std::filesystem;

struct ComponentsOptions {
  std::string docs;
  std::string readmes;
};

/// The whole file, or nothing where there is none.
std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool write_file(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path);
  file << text;
  file.flush();
  if (file) return true;
  std::fprintf(stderr, "Error: cannot write %s: %s\n", path.c_str(), std::strerror(errno));
  return false;
}

int write_pages(const ComponentsOptions& options) {
  const auto& factories = components::all_factories();
  bool is_good =
      write_file(fs::path(options.docs) / "README.md", engine::component_index(factories));
  for (const engine::ComponentSection& section : engine::component_sections) {
    for (const pipeline::Factory* const factory : factories) {
      if (factory->info().kind != section.kind) continue;
      const std::string type(factory->info().type);
      const std::string readme =
          options.readmes.empty()
              ? std::string()
              : read_file(fs::path(options.readmes) / section.name / type / "README.md");
      is_good = write_file(fs::path(options.docs) / section.name / (type + ".md"),
                           engine::component_page(*factory, readme)) &&
                is_good;
    }
  }
  return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_components(const ComponentsOptions& options) {
  if (!options.docs.empty()) return write_pages(options);
  std::fputs(engine::component_list(components::all_factories()).c_str(), stdout);
  return EXIT_SUCCESS;
}

}  // namespace

void add_components(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<ComponentsOptions>();
  CLI::App* const command =
      app.add_subcommand("components", "List the components of this build as YAML");
  CLI::Option* const docs =
      command->add_option("--docs", options->docs, "Write a documentation page for each instead")
          ->type_name("FOLDER");
  command->add_option("--readmes", options->readmes, "Where their README.md files are")
      ->type_name("FOLDER")
      ->needs(docs);
  command->footer(
      "Examples:\n"
      "  telemill components\n"
      "  telemill components --docs docs/components --readmes src/components\n"
      "The form of the list may change between versions.\n");
  command->callback(
      [&chosen, options] { chosen = [options] { return run_components(*options); }; });
}

}  // namespace telemill::app
