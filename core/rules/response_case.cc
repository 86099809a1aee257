#include "core/rules/response_case.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/clock.h"

namespace opgang {
namespace {

constexpr absl::Duration kDueSoon = absl::Hours(24);

// The facts with their times worked out, each list oldest first.
struct Asked {
  const InquiryFact* fact;
  DateSpan on;      // what the rule counts from
  Interval moment;  // orders inquiries and closings of one day
};
struct Event {   // a participation, closing or reply
  size_t index;  // in its list of PersonFacts
  RecordId id;
  Interval moment;
  Interval recorded;
};
struct Timeline {
  std::vector<Asked> inquiries;
  std::vector<Event> participations;
  std::vector<Event> closings;
  std::vector<Event> replies;
};

Asked Locate(const InquiryFact& fact) {
  const v1::StatedTime* word = fact.inquiry->has_asked() ? &fact.inquiry->asked() : nullptr;
  return {&fact, AskedOn(StatedDay(word), fact.recorded), HappenedAt(word, fact.recorded)};
}

std::vector<Asked> OldestFirst(const std::vector<InquiryFact>& facts) {
  std::vector<Asked> inquiries;
  for (const InquiryFact& fact : facts) inquiries.push_back(Locate(fact));
  std::ranges::sort(inquiries, {}, [](const Asked& a) {
    return std::tuple(a.on.earliest, a.moment.latest, a.fact->recorded.earliest, a.fact->id);
  });
  return inquiries;
}

// `content` reads the message of one fact.
template <typename Fact, typename Content>
std::vector<Event> OldestFirst(const std::vector<Fact>& facts, Content content) {
  std::vector<Event> events;
  for (size_t i = 0; i < facts.size(); ++i) {
    const auto& message = content(facts[i]);
    const v1::StatedTime* word = message.has_happened() ? &message.happened() : nullptr;
    events.push_back({i, facts[i].id, HappenedAt(word, facts[i].recorded), facts[i].recorded});
  }
  std::ranges::sort(events, {}, [](const Event& e) {
    return std::tuple(e.moment.earliest, e.moment.latest, e.recorded.earliest, e.id);
  });
  return events;
}

Timeline TimelineOf(const PersonFacts& facts) {
  return {
      OldestFirst(facts.inquiries),
      OldestFirst(
          facts.participations, [](const ParticipationFact& f) -> auto& { return *f.participation; }),
      OldestFirst(
          facts.closings, [](const ClosingFact& f) -> auto& { return *f.closing; }),
      OldestFirst(
          facts.replies, [](const ReplyFact& f) -> auto& { return *f.reply; }),
  };
}

// Certainly not on a date before D. D is by definition the earliest date of asking.
bool CertainlyFrom(absl::CivilDay asked, const Event& event) {
  return LocalDay(event.moment.earliest) >= asked;
}
bool PerhapsFrom(absl::CivilDay asked, const Event& event) { return LocalDay(event.moment.latest) >= asked; }

// Whether the citizen asked again after the closing. Overlapping times are decided by the order of recording.
bool AskedAfterClosing(const Asked& inquiry, const Event& closing) {
  if (inquiry.moment.earliest > closing.moment.latest) return true;
  if (inquiry.moment.latest < closing.moment.earliest) return false;
  return inquiry.fact->recorded.earliest > closing.recorded.latest;
}

bool Closes(const Event& closing, const Asked& inquiry) {
  return CertainlyFrom(inquiry.on.earliest, closing) && !AskedAfterClosing(inquiry, closing);
}

// What ends the wait that one inquiry began: a certain participation, else a closing, else perhaps one of the
// participations, else nothing.
struct Ending {
  const Event* closing = nullptr;            // the first that closes it, unless it was met before
  std::vector<const Event*> participations;  // that may meet it, oldest first
  const Event* certain = nullptr;            // the first of them that certainly lies at or after D
};

const Event* FirstClosing(const Asked& inquiry, const std::vector<Event>& closings) {
  const auto found = std::ranges::find_if(closings, [&](const Event& c) { return Closes(c, inquiry); });
  return found == closings.end() ? nullptr : &*found;
}

Ending EndingOf(const Asked& inquiry, const Timeline& timeline) {
  const absl::CivilDay asked = inquiry.on.earliest;
  Ending ending{.closing = FirstClosing(inquiry, timeline.closings)};
  for (const Event& event : timeline.participations) {
    if (!PerhapsFrom(asked, event)) continue;
    if (ending.closing != nullptr && event.moment.earliest > ending.closing->moment.latest) continue;
    ending.participations.push_back(&event);
    if (ending.certain == nullptr && CertainlyFrom(asked, event)) ending.certain = &event;
  }
  if (ending.certain != nullptr) ending.closing = nullptr;
  if (ending.closing != nullptr) ending.participations.clear();
  return ending;
}

// Inquiries that the same facts end, or that nothing ends, came while the same case was open.
struct Group {
  Ending ending;              // of the first
  std::vector<Asked> joined;  // oldest first
};

bool SameEnding(const Ending& a, const Ending& b) {
  const auto first = [](const Ending& e) {
    return e.participations.empty() ? nullptr : e.participations.front();
  };
  return a.closing == b.closing && a.certain == b.certain && first(a) == first(b);
}

std::vector<Group> Join(const Timeline& timeline) {
  std::vector<Group> groups;
  for (const Asked& inquiry : timeline.inquiries) {
    Ending ending = EndingOf(inquiry, timeline);
    const auto open =
        std::ranges::find_if(groups, [&](const Group& g) { return SameEnding(g.ending, ending); });
    if (open != groups.end()) {
      open->joined.push_back(inquiry);
    } else {
      groups.push_back({std::move(ending), {inquiry}});
    }
  }
  return groups;
}

// The earliest of several dates, each known as a span, lies between the least earliest and the least latest.
DateSpan EarliestAsked(const std::vector<Asked>& joined) {
  DateSpan asked = joined.front().on;
  for (const Asked& inquiry : joined) {
    asked.earliest = std::min(asked.earliest, inquiry.on.earliest);
    asked.latest = std::min(asked.latest, inquiry.on.latest);
  }
  return asked;
}

CaseState WaitingState(const DateSpan& due, absl::Time now) {
  if (now >= EndOfLocalDay(due.latest)) return CaseState::kOverdue;
  if (EndOfLocalDay(due.earliest) - now < kDueSoon) return CaseState::kDueSoon;
  return CaseState::kOpen;
}

void Close(ResponseCase& c, const Event& closing, const PersonFacts& facts) {
  c.state = CaseState::kClosed;
  c.closed_at = closing.moment;
  c.closing_reason = facts.closings[closing.index].closing->reason();
  c.breach = *c.closing_reason != v1::CLOSING_REASON_RECORDED_BY_MISTAKE &&
             CompareToDue(closing.moment, c.due) == DueComparison::kAfterDue;
}

// Some participation certainly ended the case: was it in time?
void Meet(ResponseCase& c, const Ending& ending) {
  const auto late = [&](const Event* e) {
    return CompareToDue(e->moment, c.due) == DueComparison::kAfterDue;
  };
  const auto in_time = [&](const Event* e) {
    return CertainlyFrom(c.asked.earliest, *e) && CompareToDue(e->moment, c.due) == DueComparison::kByDue;
  };
  const auto& events = ending.participations;
  const auto met = std::ranges::find_if(events, in_time);
  c.took_part = (met == events.end() ? events.front() : *met)->moment;
  c.breach = std::ranges::all_of(events, late);
  c.state = met != events.end() ? CaseState::kMet : c.breach ? CaseState::kMetLate : CaseState::kUndecidable;
}

// Nothing certainly ended the case. A participation that may lie before D only makes a breach undecidable.
void Wait(ResponseCase& c, const Ending& ending, absl::Time now) {
  c.state = WaitingState(c.due, now);
  if (c.state == CaseState::kOverdue && !ending.participations.empty()) {
    c.state = CaseState::kUndecidable;
    c.took_part = ending.participations.front()->moment;
  }
  c.breach = c.state == CaseState::kOverdue;
}

void Judge(ResponseCase& c, const Ending& ending, const PersonFacts& facts, absl::Time now) {
  if (ending.certain != nullptr) return Meet(c, ending);
  if (ending.closing != nullptr) return Close(c, *ending.closing, facts);
  Wait(c, ending, now);
}

absl::Time EndedBy(const ResponseCase& c) {
  if (c.closed_at) return c.closed_at->latest;
  return c.took_part ? c.took_part->latest : absl::InfiniteFuture();
}

bool IsStepOf(const ResponseCase& c, const Event& reply) {
  return PerhapsFrom(c.asked.earliest, reply) && reply.moment.earliest <= EndedBy(c);
}

// Moves the case's steps out of `replies`.
void TakeSteps(ResponseCase& c, std::vector<Event>& replies, const PersonFacts& facts) {
  std::vector<Event> left;
  for (const Event& reply : replies) {
    if (!IsStepOf(c, reply)) {
      left.push_back(reply);
      continue;
    }
    c.last_step = facts.replies[reply.index];
    ++c.steps;
  }
  replies = std::move(left);
}

ResponseCase CaseOf(const std::vector<Asked>& joined, const RuleSettings& settings) {
  ResponseCase c;
  c.id = joined.front().fact->id;
  c.citizen = joined.front().fact->citizen;
  for (const Asked& inquiry : joined) c.inquiries.push_back(inquiry.fact->id);
  c.asked = EarliestAsked(joined);
  c.due = DueDates(c.asked, settings);
  return c;
}

}  // namespace

std::string_view CaseStateName(CaseState state) {
  switch (state) {
    case CaseState::kOpen: return "open";
    case CaseState::kDueSoon: return "due-soon";
    case CaseState::kOverdue: return "overdue";
    case CaseState::kMet: return "met";
    case CaseState::kMetLate: return "met-late";
    case CaseState::kClosed: return "closed";
    case CaseState::kUndecidable: return "undecidable";
  }
  return "undecidable";
}

std::vector<ResponseCase> CasesOf(const PersonFacts& facts, absl::Time now, const RuleSettings& settings) {
  const Timeline timeline = TimelineOf(facts);
  std::vector<Event> replies = timeline.replies;
  std::vector<ResponseCase> cases;
  for (const Group& group : Join(timeline)) {
    ResponseCase c = CaseOf(group.joined, settings);
    Judge(c, group.ending, facts, now);
    TakeSteps(c, replies, facts);
    cases.push_back(std::move(c));
  }
  return cases;
}

bool MoreUrgent(const ResponseCase& a, const ResponseCase& b) {
  const auto key = [](const ResponseCase& c) {
    return std::tuple(c.state != CaseState::kOverdue, c.due.earliest, c.id);
  };
  return key(a) < key(b);
}

}  // namespace opgang
