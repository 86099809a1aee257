#include "tests/process/support/wired_tablet.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "opgang/v1/response.pb.h"

namespace opgang {
namespace {

constexpr char kCitizen[] = "Wire";
constexpr char kPassphrase[] = "stairwell-and-rising";  // as Tablet's

}  // namespace

WiredTablet::WiredTablet(const BaseProcess& base, const std::filesystem::path& home, const std::string& staff,
                         const std::string& device)
    : base_(base), home_(home), wire_(base.port()), tablet_(home) {
  const Outcome enrolled =
      tablet_.Enroll(base.Invite(staff, device, "outreach", LoopbackAddress(wire_.port())));
  EXPECT_EQ(enrolled.exit_code, 0) << enrolled.Words();
  tablet_.Sync();
  tablet_.StandAtHumlebakken();
  EXPECT_FALSE(tablet_.TakeInquiry(kCitizen).empty());
  DeviceOptions options;
  options.home = home_;
  auto store = Device(options).OpenStore();
  EXPECT_TRUE(store.ok()) << store.status();
  store_ = *std::move(store);
  EXPECT_EQ(store_->Unlock(kPassphrase), absl::OkStatus());
  SyncWell();
  for (const VisibleRecord* record : (*store_->view())->OfType(RecordTypeOf<v1::Citizen>().type))
    citizen_ = record->id;
}

WiredTablet::~WiredTablet() = default;

void WiredTablet::SaveNote(size_t bytes) {
  std::string note = "note " + std::to_string(notes_.size());
  if (note.size() < bytes) note += ' ' + std::string(bytes - note.size() - 1, 'n');
  v1::Contact contact;
  contact.set_citizen_id(citizen_.ToBytes());
  contact.set_place(v1::CONTACT_PLACE_LAUNDRY);
  contact.set_note(note);
  Bundle bundle(SystemClock());
  bundle.Create(contact);
  const auto saved = store_->Save(bundle);
  ASSERT_TRUE(saved.ok()) << saved.status();
  notes_.insert(note);
}

absl::StatusOr<SyncResult> WiredTablet::Sync(SyncOptions options) { return opgang::Sync(*store_, options); }

void WiredTablet::SyncWell() {
  wire_.Heal();
  const auto result = Sync({.connect_timeout = absl::Minutes(1), .silence_timeout = absl::Minutes(1)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->refused, 0u);
  EXPECT_EQ(result->differing, 0u);
  EXPECT_EQ(unsent(), 0u);
}

bool WiredTablet::ShowsAllNotes() {
  const auto view = store_->view();
  if (!view.ok()) return false;
  std::multiset<std::string> shown;
  for (const VisibleRecord* record : (*view)->OfType(RecordTypeOf<v1::Contact>().type)) {
    if (!record->As<v1::Contact>().note().empty()) shown.insert(record->As<v1::Contact>().note());
  }
  return shown == notes_;
}

void WiredTablet::CompareAtTheEnd() {
  SyncWell();
  EXPECT_TRUE(ShowsAllNotes());
  store_.reset();
  Tablet reader(home_.string() + "-reader");
  reader.Join(base_, "reader", "reader-of-" + home_.filename().string());
  EXPECT_EQ(reader.NotesAbout(reader.Find(kCitizen)), notes_) << "each once, and no other";
  const Json checked = base_.AdminJson({"check"});
  EXPECT_EQ(checked["problems"], Json::array());
  EXPECT_EQ(checked["quarantined"], 0);
}

bool IsWorded(const absl::Status& status, std::initializer_list<ErrorCode> allowed) {
  if (status.ok() || status.message().empty()) return false;
  return std::find(allowed.begin(), allowed.end(), GetErrorCode(status)) != allowed.end();
}

}  // namespace opgang
