#include "tests/process/support/ledger.h"

#include <utility>

#include "gtest/gtest.h"

namespace opgang {
namespace {

std::string Entry(int number) { return "ledger entry " + std::to_string(number); }

}  // namespace

Ledger::Ledger(const BaseProcess& base, const Tablet& tablet, std::string name)
    : base_(base), tablet_(tablet), name_(std::move(name)), citizen_(tablet.TakeInquiry(name_)) {
  EXPECT_FALSE(citizen_.empty());
  tablet_.Sync();
}

Command Ledger::NextSave() {
  const Json content = {{"contact", {{"place", "laundry"}, {"note", Entry(typed_++)}}}};
  return tablet_.CommandOf({"contact", citizen_, "--json", "--json-input"}, content.dump());
}

void Ledger::Note(const Outcome& outcome) {
  if (outcome.exit_code != 0) return;
  ++saved_;
  for (const Json& record : outcome.json()["records"]) acknowledged_.insert(record.value("id", ""));
}

void Ledger::Compare(const std::filesystem::path& reader_home) const {
  Tablet reader(reader_home);
  reader.Join(base_, "bodil", "tablet-2");
  CompareWith(reader);
}

void Ledger::CompareWith(const Tablet& reader) const {
  const std::string citizen = reader.Find(name_);
  const std::multiset<std::string> stored = reader.RecordsAbout(citizen);
  for (const std::string& id : acknowledged_) EXPECT_EQ(stored.count(id), 1U) << "acknowledged record " << id;
  const std::multiset<std::string> notes = reader.NotesAbout(citizen);
  EXPECT_GE(notes.size(), static_cast<size_t>(saved_));
  for (int number = 0; number < typed_; ++number) EXPECT_LE(notes.count(Entry(number)), 1U) << Entry(number);
  EXPECT_EQ(tablet_.NotesAbout(citizen_), notes) << "the tablet that was harmed shows the same";
  const Json checked = base_.AdminJson({"check"});
  EXPECT_EQ(checked["problems"], Json::array());
  EXPECT_EQ(checked["quarantined"], 0);
}

}  // namespace opgang
