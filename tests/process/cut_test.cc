// The wire breaks after any number of bytes from the base: a saved note stays visible throughout, also where the base
// has acknowledged it and its page has not arrived (I10, the law of the device), and is stored once in the end.
#include <memory>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/cutting_proxy.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

constexpr int kCuts = 24;

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

  std::string SaveNote(int number) {
    const std::string note = "note " + std::to_string(number);
    tablet_.Save({"contact", citizen_}, {{"contact", {{"place", "laundry"}, {"note", note}}}});
    typed_.insert(note);
    return note;
  }

  // Bytes that the base sends in a session that hands in one note.
  int64_t BytesOfASession() {
    wire_->CutAfter(-1);
    SaveNote(0);
    tablet_.Sync();
    return wire_->passed();
  }

  // A session that breaks after `bytes`; true where the note was acknowledged and the session did not end well.
  bool CutSession(int number, int64_t bytes) {
    SaveNote(number);
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
  const int64_t whole = BytesOfASession();
  ASSERT_GT(whole, 0);
  int between_ack_and_page = 0;
  for (int i = 1; i <= kCuts; ++i) {
    if (CutSession(i, whole * i / kCuts)) ++between_ack_and_page;
    wire_->CutAfter(-1);
    if (i % 4 == 0) tablet_.Sync();
  }
  tablet_.Sync();
  EXPECT_EQ(tablet_.NotesAbout(citizen_), typed_);
  EXPECT_EQ(base_.AdminJson({"check"})["problems"], Json::array());
  EXPECT_GT(between_ack_and_page, 0) << "no cut fell between Ack and Current";
}

}  // namespace
}  // namespace opgang
