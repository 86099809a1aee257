// The wire breaks after any number of bytes from the base: a saved note stays visible throughout, also where
// the base has acknowledged it and its page has not arrived (I10, the law of the device), and is stored once
// in the end.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/cutting_proxy.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

// Saved before each cut session; each goes up by itself. Their Acks come together after the greeting, or the last of them
// behind the pages of the others; a page of this size at least comes after it: a cut in between is not a matter of luck.
constexpr int kLongNotes = 3;
constexpr size_t kLongNote = 3900;

// Bytes from the base: through the handshake, the greeting and the Ack in small steps, then into the page.
std::vector<int64_t> Cuts() {
  std::vector<int64_t> cuts;
  for (int64_t bytes = 400; bytes <= 4800; bytes += 400) cuts.push_back(bytes);
  for (int64_t bytes = 6000; bytes <= 17000; bytes += 1000) cuts.push_back(bytes);
  return cuts;
}

class CutTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    wire_ = std::make_unique<CuttingProxy>(base_.port());
    const Outcome enrolled =
        tablet_.Enroll(base_.Invite("amal", "tablet-1", "outreach", LoopbackAddress(wire_->port())));
    ASSERT_EQ(enrolled.exit_code, 0) << enrolled.Words();
    tablet_.Sync();
    tablet_.StandAtHumlebakken();
    citizen_ = tablet_.TakeInquiry("Wire");
    ASSERT_FALSE(citizen_.empty());
    tablet_.Sync();
  }

  void SaveNote(const std::string& note) {
    tablet_.Save({"contact", citizen_}, {{"contact", {{"place", "laundry"}, {"note", note}}}});
    typed_.insert(note);
  }

  // From a store that is current: a session with new notes that breaks after `bytes`; true where all was acknowledged
  // and the session did not end well.
  bool CutSession(int64_t bytes) {
    wire_->CutAfter(-1);
    tablet_.Sync();
    const std::string cut = "before a cut at byte " + std::to_string(bytes) + ' ';
    for (int i = 0; i < kLongNotes; ++i)
      SaveNote(cut + std::string(kLongNote - cut.size(), static_cast<char>('a' + i)));
    wire_->CutAfter(bytes);
    const bool ended_well = tablet_.Run({"sync"}).exit_code == 0;
    EXPECT_EQ(tablet_.NotesAbout(citizen_), typed_) << "after a cut at byte " << bytes;
    return !ended_well && tablet_.Unsent() == 0;
  }

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet tablet_{scratch_ / "tablet"};
  std::unique_ptr<CuttingProxy> wire_;
  std::string citizen_;
  std::multiset<std::string> typed_;
};

TEST_F(CutTest, CutAnywhereAlsoBetweenAckAndPageTheNoteStaysVisibleAndIsStoredOnce) {
  int between_ack_and_page = 0;
  for (const int64_t bytes : Cuts()) {
    if (CutSession(bytes)) ++between_ack_and_page;
  }
  EXPECT_GT(between_ack_and_page, 0) << "no cut fell between Ack and Page";
  wire_->CutAfter(-1);
  tablet_.Sync();
  EXPECT_EQ(tablet_.NotesAbout(citizen_), typed_);
  const Json checked = base_.AdminJson({"check"});
  EXPECT_EQ(checked["problems"], Json::array());
  EXPECT_EQ(checked["quarantined"], 0);
  Tablet reader(scratch_ / "reader");
  ASSERT_EQ(reader.Enroll(base_.Invite("bodil", "tablet-2")).exit_code, 0);
  reader.Sync();
  EXPECT_EQ(reader.NotesAbout(reader.Find("Wire")), typed_) << "each once";
}

}  // namespace
}  // namespace opgang
