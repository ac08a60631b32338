#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "commands.h"

/// Scripts that teach a shell our command line. They are made from the command line itself, so
/// they cannot know less than it does.
namespace telemill::app {
namespace {

/// What may follow one subcommand (or none): words, each with its first line of help.
struct Word {
  std::string text;
  std::string help;
};
struct Command {
  std::vector<std::string> names;  // with its aliases; empty for the program itself
  std::string help;
  std::vector<Word> options;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

Command read_command(const CLI::App& app) {
  Command command{.names = {app.get_name()}, .help = first_line(app.get_description())};
  for (const std::string& alias : app.get_aliases()) command.names.push_back(alias);
  for (const CLI::Option* const option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      command.options.push_back({"--" + name, first_line(option->get_description())});
    }
  }
  return command;
}

/// The program, then its subcommands. Those that fall through take the program's options too.
std::vector<Command> read_commands(const CLI::App& program) {
  std::vector<Command> commands = {read_command(program)};
  for (const CLI::App* const app : program.get_subcommands(nullptr)) {
    commands.push_back(read_command(*app));
    if (!app->get_fallthrough()) continue;
    for (const Word& word : commands.front().options) {
      const auto& own = commands.back().options;
      if (std::ranges::find(own, word.text, &Word::text) != own.end()) continue;
      commands.back().options.push_back(word);
    }
  }
  return commands;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : separator).append(word);
  return text;
}

std::string option_words(const Command& command) {
  std::vector<std::string> words;
  for (const Word& option : command.options) words.push_back(option.text);
  return joined(words, " ");
}

/// What may come first: every subcommand, and the options of the program.
std::string first_words(const std::vector<Command>& commands) {
  std::vector<std::string> words;
  for (size_t i = 1; i < commands.size(); ++i) words.push_back(joined(commands[i].names, " "));
  words.push_back(option_words(commands.front()));
  return joined(words, " ");
}

/// The arms of a shell's `case $command in`: what may follow each subcommand.
std::string case_arms(const std::vector<Command>& commands) {
  std::string arms;
  for (size_t i = 1; i < commands.size(); ++i) {
    arms += fmt::format("    {}) candidates='{}' ;;\n", joined(commands[i].names, "|"),
                        option_words(commands[i]));
  }
  return arms;
}

std::string command_pattern(const std::vector<Command>& commands) {
  std::vector<std::string> names;
  for (size_t i = 1; i < commands.size(); ++i) names.push_back(joined(commands[i].names, "|"));
  return joined(names, "|");
}

std::string bash_script(const std::vector<Command>& commands) {
  return fmt::format(
      "# bash completion of telemill: source <(telemill completion bash)\n"
      "_telemill() {{\n"
      "  local command='' word candidates\n"
      "  for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n"
      "    case $word in\n"
      "    {}) command=$word; break ;;\n"
      "    esac\n"
      "  done\n"
      "  case $command in\n"
      "{}"
      "    *) candidates='{}' ;;\n"
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$candidates\" -- \"${{COMP_WORDS[COMP_CWORD]}}\"))\n"
      "}}\n"
      "complete -o default -F _telemill telemill\n",
      command_pattern(commands), case_arms(commands), first_words(commands));
}

std::string zsh_script(const std::vector<Command>& commands) {
  return fmt::format(
      "#compdef telemill\n"
      "# zsh completion of telemill: source <(telemill completion zsh)\n"
      "_telemill() {{\n"
      "  local command='' word candidates\n"
      "  for word in \"${{(@)words[2,CURRENT-1]}}\"; do\n"
      "    case $word in\n"
      "    {}) command=$word; break ;;\n"
      "    esac\n"
      "  done\n"
      "  case $command in\n"
      "{}"
      "    *) candidates='{}' ;;\n"
      "  esac\n"
      "  if [[ ${{words[CURRENT]}} == -* || -z $command ]]; then\n"
      "    compadd -- ${{=candidates}}\n"
      "  else\n"
      "    _files\n"
      "  fi\n"
      "}}\n"
      "compdef _telemill telemill\n",
      command_pattern(commands), case_arms(commands), first_words(commands));
}

/// `text` between single quotes, as fish reads it.
std::string fish_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string fish_script(const std::vector<Command>& commands) {
  std::string text =
      "# fish completion of telemill: telemill completion fish | source\n"
      "complete -c telemill -e\n";
  for (size_t i = 0; i < commands.size(); ++i) {
    const Command& command = commands[i];
    const std::string names = joined(command.names, " ");
    const std::string condition =
        i == 0 ? std::string("__fish_use_subcommand") : "__fish_seen_subcommand_from " + names;
    if (i > 0) {
      text += fmt::format("complete -c telemill -n __fish_use_subcommand -a '{}' -d {}\n", names,
                          fish_quoted(command.help));
    }
    for (const Word& option : command.options) {
      text += fmt::format("complete -c telemill -n '{}' -l {} -d {}\n", condition,
                          option.text.substr(2), fish_quoted(option.help));
    }
  }
  return text;
}

int print_script(const CLI::App& program, const std::string& shell) {
  const std::vector<Command> commands = read_commands(program);
  const std::string script = shell == "bash"  ? bash_script(commands)
                             : shell == "zsh" ? zsh_script(commands)
                                              : fish_script(commands);
  std::fputs(script.c_str(), stdout);
  return EXIT_SUCCESS;
}

}  // namespace

void add_completion(CLI::App& app, Chosen& chosen) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* const command =
      app.add_subcommand("completion", "Print a script that lets a shell complete our words");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(
      "Examples, for the running shell:\n"
      "  source <(telemill completion bash)\n"
      "  source <(telemill completion zsh)\n"
      "  telemill completion fish | source\n");
  command->callback(
      [&app, &chosen, shell] { chosen = [&app, shell] { return print_script(app, *shell); }; });
}

}  // namespace telemill::app
