#include "cli-client/app.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <sstream>

#include "cli-client/error_report.h"
#include "cli-client/layout.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"

namespace opgang::cli {
namespace {

constexpr int kHelpColumn = 26;  // where the words for an option or a command begin

using Environment = std::function<std::optional<std::string>(const char*)>;

// --home, OPGANG_HOME, $XDG_DATA_HOME/opgang, ~/.local/share/opgang, in this order (XDG Base Directory 0.8).
std::filesystem::path DefaultHome(const Environment& environment) {
  if (auto home = environment("OPGANG_HOME"); home && !home->empty()) return *home;
  if (auto data = environment("XDG_DATA_HOME"); data && data->starts_with('/')) {
    return std::filesystem::path(*data) / "opgang";
  }
  return std::filesystem::path(environment("HOME").value_or("/")) / ".local/share/opgang";
}

// --lang, else the first of LC_ALL, LC_MESSAGES and LANG that is set (POSIX), else English. The help is
// written in that language, so it is looked for before the command line is parsed.
Language ChooseLanguage(const std::vector<std::string>& arguments, const Environment& environment) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view name;
    if (arguments[i] == "--lang" && i + 1 < arguments.size()) name = arguments[i + 1];
    if (arguments[i].starts_with("--lang=")) name = std::string_view(arguments[i]).substr(7);
    if (auto language = LanguageFromName(name); !name.empty() && language) return *language;
  }
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const auto value = environment(variable);
    if (value && !value->empty()) return LanguageFromName(*value).value_or(Language::kEnglish);
  }
  return Language::kEnglish;
}

void AddGlobalOptions(CLI::App& app, const Texts& texts, GlobalOptions& options, std::string& language) {
  app.add_option("--home", options.home, texts("help.option.home"))->type_name("DIR");
  app.add_option("--lang", language, texts("help.option.lang"))->type_name("da|en");
  app.add_flag("--json", options.json, texts("help.option.json"));
  app.add_flag("--no-input", options.no_input, texts("help.option.no-input"));
}

void LabelHelp(CLI::App& app, const Texts& texts) {
  auto formatter = std::make_shared<CLI::Formatter>();
  for (const char* label :
       {"Usage", "OPTIONS", "SUBCOMMAND", "SUBCOMMANDS", "Positionals", "Subcommands", "REQUIRED"}) {
    formatter->label(label, texts("help.label." + std::string(label)));
  }
  formatter->column_width(kHelpColumn);
  app.formatter(formatter);
  app.option_defaults()->group(texts("help.label.Options"));
  app.set_help_flag("-h,--help", texts("help.option.help"));
}

// CLI11 breaks no lines.
std::string HelpOfWidth(const std::string& help, int width) {
  std::string wrapped;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    for (const std::string& part : Wrap(line, width, line.starts_with(' ') ? kHelpColumn : 0)) {
      wrapped += part + "\n";
    }
  }
  return wrapped;
}

void AddAllVerbs(VerbTable& verbs) {
  for (auto add : {AddAt,        AddDoor,       AddContact, AddInquiry,   AddIntake,    AddDue,
                   AddReply,     AddTookPart,   AddClose,   AddFind,      AddShow,      AddCorrect,
                   AddUndo,      AddSamePerson, AddSync,    AddStatus,    AddOutbox,    AddBoard,
                   AddEnroll,    AddUnlock,     AddLock,    AddDoctor,    AddConflicts, AddGroups,
                   AddSeats,     AddBook,       AddSeat,    AddAttend,    AddTasks,     AddFollowUp,
                   AddMove,      AddReceipts,   AddCourse,  AddQuitDate,  AddNicotine,  AddCarbonMonoxide,
                   AddEndCourse, AddFourWeeks,  AddCall,    AddSixMonths, AddClaim,     AddHandOver,
                   AddCause,     AddReport,     AddUse,     AddAdmin}) {
    add(verbs);
  }
}

// The option that a parse error is about, without its value: a value may be somebody's name.
std::string OffendingOption(const std::vector<std::string>& extras) {
  for (const std::string& extra : extras) {
    if (extra.starts_with("-")) return extra.substr(0, extra.find('='));
  }
  return {};
}

// CLI11's own messages repeat what was typed; ours say what is wanted.
absl::Status UsageStatus(const Context& context, const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* verb = &app;
  while (!verb->get_subcommands().empty()) verb = verb->get_subcommands().front();
  const std::string command = verb == &app ? "opgang" : "opgang " + verb->get_name();
  std::string id = "usage.general";
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::string option = OffendingOption(app.remaining(true));
    if (!option.empty()) {
      return ErrorWithWords(ErrorCode::kUsage,
                            context.T("usage.option", {{"option", option}, {"command", command}}));
    }
    id = verb == &app ? "usage.no-such-command" : "usage.extra-words";
  } else if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    id = "usage.missing";
  }
  return ErrorWithWords(ErrorCode::kUsage, context.T(id, {{"command", command}}));
}

GlobalOptions InitialOptions(const std::vector<std::string>& arguments, const Wiring& wiring) {
  GlobalOptions options;
  options.home = DefaultHome(wiring.environment);
  options.language = ChooseLanguage(arguments, wiring.environment);
  // NO_COLOR counts when set and not empty (no-color.org).
  options.color = wiring.terminal->HasScreen() && wiring.environment("NO_COLOR").value_or("").empty();
  return options;
}

int RunChosen(const VerbTable& verbs, const Wiring& wiring, const GlobalOptions& options) {
  Context context(wiring, options);
  return ReportStatus(context, verbs.chosen()(context));
}

}  // namespace

VerbTable::VerbTable(CLI::App& app, const Texts& texts, GlobalOptions& options)
    : app_(app), texts_(texts), options_(options) {}

CLI::App* VerbTable::AddGroup(const std::string& name) {
  CLI::App* parent = &app_;
  std::string own = name;
  for (size_t dot = own.find('.'); dot != std::string::npos; dot = own.find('.')) {
    parent = parent->get_subcommand(own.substr(0, dot));
    own = own.substr(dot + 1);
  }
  CLI::App* verb = parent->add_subcommand(own, texts_("help." + name));
  verb->fallthrough();
  verb->group(texts_("help.label.Subcommands"));
  verb->set_help_flag("-h,--help", texts_("help.option.help"))->group(texts_("help.label.Options"));
  return verb;
}

CLI::App* VerbTable::Add(const std::string& name, Run run) {
  CLI::App* verb = AddGroup(name);
  // CLI11 calls the parent's callback after its subcommand's.
  verb->callback([this, verb, name, run = std::move(run)] {
    if (!verb->get_subcommands().empty()) return;
    chosen_ = run;
    options_.verb = name;
  });
  return verb;
}

void VerbTable::TakesJson(CLI::App* verb) {
  verb->add_flag("--json-input", options_.json_input, texts_("help.option.json-input"));
}

int RunApp(const std::vector<std::string>& arguments, const Wiring& wiring) {
  GlobalOptions options = InitialOptions(arguments, wiring);
  const Texts texts(options.language);
  std::string language;
  CLI::App app(texts("help.opgang"), "opgang");
  LabelHelp(app, texts);
  AddGlobalOptions(app, texts, options, language);
  app.set_version_flag("--version", "opgang " OPGANG_VERSION, texts("help.option.version"));
  VerbTable verbs(app, texts, options);
  AddAllVerbs(verbs);
  app.require_subcommand(1);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    wiring.terminal->Out(HelpOfWidth(app.help(), wiring.terminal->Width()));
    return 0;
  } catch (const CLI::CallForVersion& asked) {
    wiring.terminal->Out(asked.what() + std::string("\n"));
    return 0;
  } catch (const CLI::ParseError& error) {
    Context context(wiring, options);
    return ReportStatus(context, UsageStatus(context, app, error));
  }
  if (!language.empty() && !LanguageFromName(language)) {
    Context context(wiring, options);
    return ReportStatus(context, ErrorWithWords(ErrorCode::kUsage, texts("usage.language")));
  }
  return RunChosen(verbs, wiring, options);
}

}  // namespace opgang::cli
