#include "core/rules/seats.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/ascii.h"
#include "core/base/clock.h"

namespace opgang {
namespace {

// "da" of "da-DK": people of one language understand each other.
std::string PrimaryLanguage(std::string_view tag) {
  return absl::AsciiStrToLower(std::string(tag.substr(0, tag.find('-'))));
}

bool IsElsewhere(const v1::Group& group, const SeatWish& wish) {
  const std::optional<AreaId> area = AreaId::FromBytes(group.area_id());
  return area && !wish.areas.empty() && std::ranges::find(wish.areas, *area) == wish.areas.end();
}

bool IsPlanned(const v1::Meeting& meeting) { return meeting.state() == v1::MEETING_STATE_PLANNED; }

bool Better(const SeatOffer& a, const SeatOffer& b) {
  return std::tuple(a.full, a.elsewhere, a.start, a.meeting) <
         std::tuple(b.full, b.elsewhere, b.start, b.meeting);
}

// The latest of the best kind.
bool LaterOfBestKind(const SeatOffer& a, const SeatOffer& b) {
  return std::tuple(!a.full, !a.elsewhere, a.start, a.meeting) >
         std::tuple(!b.full, !b.elsewhere, b.start, b.meeting);
}

bool SameMoment(const v1::StatedTime& a, const v1::StatedTime& b) {
  return FromProto(a.date()) == FromProto(b.date()) && a.minute_of_day() == b.minute_of_day();
}

}  // namespace

absl::Time MeetingStart(const v1::Meeting& meeting) {
  const v1::StatedTime& start = meeting.start();
  if (!IsValidDate(start.date())) return absl::InfinitePast();
  const absl::CivilSecond local = absl::CivilSecond(FromProto(start.date())) + start.minute_of_day() * 60;
  const auto instant = CopenhagenTime().At(local);
  return std::min(instant.pre, instant.post);
}

absl::Time MeetingEnd(const v1::Meeting& meeting) {
  return MeetingStart(meeting) + absl::Minutes(meeting.minutes());
}

MeetingsOnOffer::MeetingsOnOffer(const std::vector<MeetingFact>& meetings) {
  std::map<std::string_view, absl::Time> first;  // when each group first meets, cancelled evenings left out
  for (const MeetingFact& fact : meetings) {
    if (!IsPlanned(*fact.meeting)) continue;
    const absl::Time start = MeetingStart(*fact.meeting);
    const auto [found, is_new] = first.emplace(fact.meeting->group_id(), start);
    if (!is_new) found->second = std::min(found->second, start);
    open_.push_back({fact, start, PrimaryLanguage(fact.group->language())});
  }
  std::erase_if(open_, [&](const Evening& evening) {
    return !evening.fact.group->rolling_entry() &&
           evening.start != first.at(evening.fact.meeting->group_id());
  });
}

std::optional<SeatOffer> MeetingsOnOffer::OfferOf(const Evening& evening, const SeatWish& wish,
                                                  std::string_view language) {
  if (evening.start <= wish.now) return std::nullopt;
  const bool shares = evening.language.empty() || language.empty() || evening.language == language;
  if (!shares && !wish.interpreter) return std::nullopt;
  const MeetingFact& fact = evening.fact;
  return SeatOffer{fact.id, evening.start, IsElsewhere(*fact.group, wish), IsFull(*fact.group, fact.promised),
                   !shares};
}

std::optional<SeatOffer> LastSeatInTime(const MeetingsOnOffer& meetings, const SeatWish& wish) {
  const absl::Time due = EndOfLocalDay(wish.due.earliest);
  const std::string language = PrimaryLanguage(wish.language);
  std::optional<SeatOffer> last;
  for (const MeetingsOnOffer::Evening& evening : meetings.open_) {
    if (evening.start >= due) continue;
    const auto offer = MeetingsOnOffer::OfferOf(evening, wish, language);
    if (offer && (!last || LaterOfBestKind(*offer, *last))) last = offer;
  }
  return last;
}

SeatChoice ChooseSeats(const MeetingsOnOffer& meetings, const SeatWish& wish) {
  const absl::Time due = EndOfLocalDay(wish.due.earliest);
  const std::string language = PrimaryLanguage(wish.language);
  SeatChoice choice;
  for (const MeetingsOnOffer::Evening& evening : meetings.open_) {
    const auto offer = MeetingsOnOffer::OfferOf(evening, wish, language);
    if (offer) (offer->start < due ? choice.in_time : choice.later).push_back(*offer);
  }
  std::ranges::sort(choice.in_time, Better);
  std::ranges::sort(choice.later, Better);
  choice.last = LastSeatInTime(meetings, wish);
  return choice;
}

bool MayPromise(const v1::Group& group) {
  return group.capacity() == 0 || group.capacity_meaning() == v1::CAPACITY_MEANING_ADVICE;
}

bool IsFull(const v1::Group& group, int promised) {
  return !MayPromise(group) && promised >= group.capacity();
}

bool IsOverbooked(const v1::Group& group, int promised) {
  return !MayPromise(group) && promised > group.capacity();
}

PromiseState StateOfSeat(const v1::Seat& seat, const v1::Meeting* meeting) {
  if (seat.state() == v1::SEAT_STATE_CANCELLED) return PromiseState::kCancelled;
  if (meeting != nullptr && meeting->state() == v1::MEETING_STATE_CANCELLED) {
    return PromiseState::kMeetingCancelled;
  }
  const bool told_where = meeting != nullptr && !seat.told_venue_id().empty();
  const bool same_place = !told_where || seat.told_venue_id() == meeting->venue_id();
  const bool same_time = meeting == nullptr || SameMoment(seat.told_start(), meeting->start());
  if (!same_place || !same_time) return PromiseState::kMoved;
  return seat.state() == v1::SEAT_STATE_PROMISED ? PromiseState::kStands : PromiseState::kToBeConfirmed;
}

std::string_view PromiseStateName(PromiseState state) {
  switch (state) {
    case PromiseState::kStands: return "stands";
    case PromiseState::kToBeConfirmed: return "to-be-confirmed";
    case PromiseState::kMoved: return "moved";
    case PromiseState::kMeetingCancelled: return "meeting-cancelled";
    case PromiseState::kCancelled: return "cancelled";
  }
  return "cancelled";
}

bool IsLive(PromiseState state) {
  return state != PromiseState::kCancelled && state != PromiseState::kMeetingCancelled;
}

std::optional<Refusal> RefuseSeat(const v1::Seat& seat, const v1::Meeting& meeting, const Interval& now) {
  constexpr uint32_t kField = v1::Seat::kMeetingIdFieldNumber;
  if (seat.state() == v1::SEAT_STATE_CANCELLED) return std::nullopt;
  if (!IsPlanned(meeting)) return Refusal{v1::REFUSAL_CODE_MEETING_CANCELLED, kField};
  if (MeetingStart(meeting) <= now.earliest) return Refusal{v1::REFUSAL_CODE_MEETING_BEGUN, kField};
  return std::nullopt;
}

std::optional<Refusal> RefuseAttendance(int field, const v1::Meeting& meeting, const Interval& now) {
  const auto at = static_cast<uint32_t>(field);
  if (!IsPlanned(meeting)) return Refusal{v1::REFUSAL_CODE_MEETING_CANCELLED, at};
  if (MeetingStart(meeting) > now.latest + kEarlyTicking) return Refusal{v1::REFUSAL_CODE_MEETING_AHEAD, at};
  return std::nullopt;
}

}  // namespace opgang
