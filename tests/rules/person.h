// A person in the tests of the response case: facts are told in any order, and owned here.
#ifndef OPGANG_TESTS_RULES_PERSON_H_
#define OPGANG_TESTS_RULES_PERSON_H_

#include <deque>
#include <optional>
#include <vector>

#include "core/rules/response_case.h"

namespace opgang {

class Person {
 public:
  using Word = std::optional<v1::StatedTime>;

  Person() = default;
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;

  // Each returns the new record's id: 1, 2, 3... in the last byte.
  RecordId Asks(const Interval& recorded, const Word& word = {}, int citizen = 1) {
    v1::Inquiry& inquiry = inquiries_.emplace_back();
    if (word) *inquiry.mutable_asked() = *word;
    facts_.inquiries.push_back({NextId(), Numbered(1000 + citizen), &inquiry, recorded});
    return facts_.inquiries.back().id;
  }
  RecordId TakesPart(const Interval& recorded, const Word& word = {}) {
    v1::Participation& participation = participations_.emplace_back();
    if (word) *participation.mutable_happened() = *word;
    facts_.participations.push_back({NextId(), &participation, recorded});
    return facts_.participations.back().id;
  }
  RecordId IsClosed(const Interval& recorded, v1::ClosingReason reason, const Word& word = {}) {
    v1::Closing& closing = closings_.emplace_back();
    closing.set_reason(reason);
    if (word) *closing.mutable_happened() = *word;
    facts_.closings.push_back({NextId(), &closing, recorded});
    return facts_.closings.back().id;
  }
  RecordId IsRepliedTo(const Interval& recorded, const Word& word = {}) {
    v1::Reply& reply = replies_.emplace_back();
    if (word) *reply.mutable_happened() = *word;
    facts_.replies.push_back({NextId(), &reply, recorded});
    return facts_.replies.back().id;
  }

  std::vector<ResponseCase> Cases(absl::Time now, const RuleSettings& settings = {}) const {
    return CasesOf(facts_, now, settings);
  }
  static RecordId Numbered(int number) {
    Uuid bytes{};
    bytes[14] = static_cast<uint8_t>(number >> 8);
    bytes[15] = static_cast<uint8_t>(number);
    return RecordId(bytes);
  }

 private:
  RecordId NextId() { return Numbered(++last_id_); }

  int last_id_ = 0;
  std::deque<v1::Inquiry> inquiries_;  // deques: the facts point into them
  std::deque<v1::Participation> participations_;
  std::deque<v1::Closing> closings_;
  std::deque<v1::Reply> replies_;
  PersonFacts facts_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_RULES_PERSON_H_
