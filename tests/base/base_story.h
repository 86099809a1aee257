// A base with one area, and hands that say to it what the test wants.
#ifndef OPGANG_TESTS_BASE_BASE_STORY_H_
#define OPGANG_TESTS_BASE_BASE_STORY_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/support/hand_device.h"
#include "tests/support/test_base.h"

namespace opgang {

// Wednesday 1 April 2026, noon in Copenhagen.
inline absl::Time NoonOfTheFirst() {
  return absl::FromCivil(absl::CivilSecond(2026, 4, 1, 12, 0, 0), CopenhagenTime());
}

inline v1::Citizen Called(const std::string& name) {
  v1::Citizen citizen;
  citizen.set_name(name);
  return citizen;
}

// "applied", "REFUSAL_CODE_TOO_LONG", "id-reused", "retry-later": what a failing test prints.
inline std::string Word(const v1::Verdict& verdict) {
  if (verdict.has_applied()) return "applied";
  if (verdict.has_quarantined()) return v1::RefusalCode_Name(verdict.quarantined().code());
  if (verdict.has_id_reused()) return "id-reused";
  return verdict.has_retry_later() ? "retry-later" : "nothing";
}

inline std::vector<std::string> Words(const std::vector<v1::Verdict>& verdicts) {
  std::vector<std::string> words;
  for (const v1::Verdict& verdict : verdicts) words.push_back(Word(verdict));
  return words;
}

class BaseStory : public testing::Test {
 protected:
  Draft Citizen(const std::string& name) { return amal.Create(Called(name), area); }
  Draft InquiryOf(const Draft& citizen) {
    v1::Inquiry inquiry;
    inquiry.set_citizen_id(citizen.envelope.record_id());
    inquiry.set_channel(v1::CHANNEL_DOOR);
    inquiry.set_slip_number("17");
    return amal.Create(inquiry, area);
  }
  std::optional<StoredRecord> Find(const Draft& draft) {
    return base.store().FindRecord(draft.record()).value();
  }
  std::string NameOf(const Draft& draft) {
    v1::Citizen citizen;
    const auto record = Find(draft);
    return record && citizen.ParseFromString(record->record.fields()) ? citizen.name() : "(none)";
  }
  size_t Quarantined() { return base.store().Quarantine(std::nullopt).value().size(); }

  ManualClock clock{NoonOfTheFirst()};
  TestBase base{clock};
  HandDevice amal{base, clock, "amal", "outreach", {"Testlund"}};
  HandDevice jonas{base, clock, "jonas", "outreach", {"Testlund"}};
  Scope area = AreaScope(base.Area("Testlund"));
};

}  // namespace opgang

#endif  // OPGANG_TESTS_BASE_BASE_STORY_H_
