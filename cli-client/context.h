// What one command works with: the person at the terminal, the words, the device and its store. Made once for
// each run; a verb is a function from a Context to a status, and the status's ErrorCode is the exit code.
#ifndef OPGANG_CLI_CLIENT_CONTEXT_H_
#define OPGANG_CLI_CLIENT_CONTEXT_H_

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "cli-client/json_document.h"
#include "cli-client/terminal.h"
#include "cli-client/text/catalogue.h"
#include "core/base/error.h"
#include "opgang/admin.h"
#include "opgang/device.h"
#include "opgang/reports.h"
#include "opgang/store.h"
#include "opgang/sync.h"
#include "opgang/view.h"

namespace opgang::cli {

// What the program is wired to. Production's is made in main.cc, the tests' in tests/cli.
struct Wiring {
  Terminal* terminal = nullptr;
  std::function<std::optional<std::string>(const char* name)> environment;
  std::function<std::unique_ptr<Device>(const std::filesystem::path& home)> make_device;
  std::function<absl::StatusOr<SyncResult>(Store&, const SyncOptions&)> sync;
  std::function<absl::StatusOr<v1::ListDevicesResponse>(const Store&, absl::Duration timeout)> list_devices;
  std::function<absl::StatusOr<v1::Report>(const Store&, const v1::RunReportRequest&, absl::Duration timeout)>
      run_report;
  Administration* administration = nullptr;
};

// The options that every command takes.
struct GlobalOptions {
  std::filesystem::path home;
  Language language = Language::kEnglish;
  bool json = false;        // the result as one JSON document
  bool json_input = false;  // the content comes as JSON from stdin
  bool no_input = false;    // never ask
  bool color = false;
  std::string verb;  // the command, as VerbTable has it; set when it was chosen
};

class Context {
 public:
  Context(const Wiring& wiring, GlobalOptions options);

  const GlobalOptions& options() const { return options_; }
  const Wiring& wiring() const { return wiring_; }
  Terminal& terminal() const { return *wiring_.terminal; }
  const Texts& texts() const { return texts_; }
  std::string T(std::string_view id, std::initializer_list<TextArg> args = {}) const {
    return texts_(id, args);
  }
  Device& device();

  // A person is there to be asked, and asking is allowed.
  bool MayPrompt() const;

  // One line of the human result on stdout, broken where it is wider than the screen; silent under --json.
  void Say(std::string_view line) const;
  // Many of them at once.
  void SayAll(const std::vector<std::string>& lines) const;
  // One line beside the result (hints, warnings) on stderr; silent under --json.
  void Hint(std::string_view line) const;
  // The JSON result; silent without --json. `in_one_line` for a stream of documents.
  void Emit(const Json& document, bool in_one_line = false) const;
  // The same of a long document, which is made only where it is wanted.
  void EmitMade(const std::function<Json()>& make, bool in_one_line = false) const;
  // A result went out: a failure after it is told by the exit code and stderr, never by a second document.
  bool emitted() const { return emitted_; }

  // Opens the current store, locked or not; the same one for the whole command.
  absl::StatusOr<Store*> OpenStore();
  // The same, unlocked: asks for the passphrase where it must (unlocking.h). kLocked where nobody can be
  // asked.
  absl::StatusOr<const View*> OpenView();
  // After OpenStore: null while the store is locked.
  const View* ViewIfUnlocked() const;

  // For the audit, before any of it is shown: one record, where it is about somebody; a list of people, once for each command
  // (OpenView() does it for those that it knows); what a search found.
  absl::Status NoteLook(const VisibleRecord& record) const;
  absl::Status NoteList();
  absl::Status NoteFound(const std::vector<SearchHit>& hits) const;

  // After OpenStore succeeded.
  Store& store() const { return *store_; }
  // As Store::Now() guesses best; while a OneMoment lives, that of its making.
  absl::Time Now() const;
  absl::CivilDay Today() const;
  Bundle NewBundle();
  // "k7f"; a locked store knows no handles: empty.
  std::string Handle(RecordId id) const;

 private:
  const Wiring& wiring_;
  GlobalOptions options_;
  Texts texts_;
  std::unique_ptr<Device> device_;
  std::unique_ptr<Store> store_;
  mutable bool emitted_ = false;
  bool noted_list_ = false;
  mutable std::set<RecordId> looked_at_;
  friend class OneMoment;
  mutable std::optional<absl::Time> moment_;
};

// A screen is of one moment, however many lines it has. Not for what a person is asked meanwhile: that takes its time.
class OneMoment {
 public:
  // `context`, whose store is open, must outlive it.
  explicit OneMoment(const Context& context) : context_(context) { context_.moment_ = context_.Now(); }
  ~OneMoment() { context_.moment_.reset(); }
  OneMoment(const OneMoment&) = delete;
  OneMoment& operator=(const OneMoment&) = delete;

 private:
  const Context& context_;
};

// An error with words of its own for the worker, shown in the place of the code's general text. `words` may
// hold no personal data.
absl::Status ErrorWithWords(ErrorCode code, std::string_view words);
std::optional<std::string> WordsOf(const absl::Status& status);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_CONTEXT_H_
