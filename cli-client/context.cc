#include "cli-client/context.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/cord.h"
#include "cli-client/layout.h"
#include "cli-client/unlocking.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

// What shows several people at once, whoever they are.
constexpr std::string_view kLists[] = {"at",    "attend", "board",  "conflicts",   "conflicts.list",
                                       "door",  "due",    "groups", "groups.list", "receipts",
                                       "seats", "tasks"};

bool ListsPeople(std::string_view verb) {
  return std::find(std::begin(kLists), std::end(kLists), verb) != std::end(kLists);
}

bool IsAboutSomebody(const VisibleRecord& record) {
  return record.type->subject == SubjectRule::kSelf || !record.subject.empty();
}

constexpr char kWordsUrl[] = "opgang.dev/words";

// The line with its newline, broken where it is wider than the screen. A line with ink in it was fitted before.
std::string Fitted(std::string_view line, int width) {
  if (DisplayWidth(line) <= width || line.find('\x1b') != std::string_view::npos)
    return std::string(line) + "\n";
  std::string fitted;
  for (const std::string& part : Wrap(line, width, 2)) fitted += part + "\n";
  return fitted;
}

}  // namespace

Context::Context(const Wiring& wiring, GlobalOptions options)
    : wiring_(wiring), options_(std::move(options)), texts_(options_.language) {}

Device& Context::device() {
  if (!device_) device_ = wiring_.make_device(options_.home);
  return *device_;
}

bool Context::MayPrompt() const {
  return !options_.no_input && !options_.json_input && terminal().CanPrompt();
}

void Context::Say(std::string_view line) const {
  if (!options_.json) terminal().Out(Fitted(line, terminal().Width()));
}

void Context::SayAll(const std::vector<std::string>& lines) const {
  if (options_.json) return;
  const int width = terminal().Width();
  std::string text;
  for (const std::string& line : lines) text += Fitted(line, width);
  terminal().Out(text);
}

void Context::Hint(std::string_view line) const {
  if (!options_.json) terminal().Err(Fitted(line, terminal().Width()));
}

void Context::Emit(const Json& document, bool in_one_line) const {
  if (!options_.json) return;
  emitted_ = true;
  // Text that is no UTF-8 was refused at capture; a replacement character keeps the output readable all the
  // same.
  const std::string text = document.dump(in_one_line ? -1 : 2, ' ', false, Json::error_handler_t::replace);
  terminal().Out(text + "\n");
}

void Context::EmitMade(const std::function<Json()>& make, bool in_one_line) const {
  if (options_.json) Emit(make(), in_one_line);
}

absl::StatusOr<Store*> Context::OpenStore() {
  if (!store_) {
    ASSIGN_OR_RETURN(store_, device().OpenStore());
  }
  return store_.get();
}

absl::StatusOr<const View*> Context::OpenView() {
  ASSIGN_OR_RETURN(Store * store, OpenStore());
  if (!store->unlocked()) RETURN_IF_ERROR(UnlockByAnyMeans(*this, kRound));
  if (ListsPeople(options_.verb)) RETURN_IF_ERROR(NoteList());
  return store->view();
}

absl::Status Context::NoteList() {
  if (std::exchange(noted_list_, true)) return absl::OkStatus();
  return store_->NoteUse({UseKind::kListed, options_.verb, {}});
}

absl::Status Context::NoteLook(const VisibleRecord& record) const {
  if (!IsAboutSomebody(record) || !looked_at_.insert(record.id).second) return absl::OkStatus();
  return store_->NoteUse({UseKind::kLookedAt, options_.verb, {record.id}});
}

absl::Status Context::NoteFound(const std::vector<SearchHit>& hits) const {
  Use use{UseKind::kSearched, options_.verb, {}};
  for (const SearchHit& hit : hits) {
    if (IsAboutSomebody(*hit.record)) use.records.push_back(hit.record->id);
  }
  return store_->NoteUse(use);
}

const View* Context::ViewIfUnlocked() const {
  if (!store_ || !store_->unlocked()) return nullptr;
  auto view = store_->view();
  return view.ok() ? *view : nullptr;
}

absl::Time Context::Now() const { return moment_ ? *moment_ : store_->Now().best; }

absl::CivilDay Context::Today() const { return LocalDay(Now()); }

Bundle Context::NewBundle() {
  const DeviceOptions& options = device().options();
  return Bundle(*options.clock, *options.random);
}

std::string Context::Handle(RecordId id) const {
  const View* view = ViewIfUnlocked();
  return view == nullptr ? std::string() : view->HandleOf(id);
}

absl::Status ErrorWithWords(ErrorCode code, std::string_view words) {
  absl::Status status = MakeError(code, ErrorCodeName(code));
  status.SetPayload(kWordsUrl, absl::Cord(std::string(words)));
  return status;
}

std::optional<std::string> WordsOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kWordsUrl);
  if (!payload.has_value()) return std::nullopt;
  return std::string(*payload);
}

}  // namespace opgang::cli
