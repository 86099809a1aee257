#include "server/report/base_facts.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/escaping.h"
#include "core/base/status_macros.h"
#include "core/merge/open_conflicts.h"
#include "core/rules/course_facts.h"
#include "core/sealing/sealing.h"

namespace opgang {
namespace {

using Type = RecordType;

Interval RecordedIn(const v1::Record& record) {
  return {absl::FromUnixMicros(record.created().recorded().earliest_us()),
          absl::FromUnixMicros(record.created().recorded().latest_us())};
}

// Which citizens are one person: the least id of those that are joined stands for all of them.
class Persons {
 public:
  void Join(const RecordId& a, const RecordId& b) {
    const RecordId first = Of(a);
    const RecordId second = Of(b);
    least_[std::max(first, second)] = std::min(first, second);
  }
  RecordId Of(RecordId citizen) const {
    for (auto found = least_.find(citizen); found != least_.end() && found->second != citizen;
         found = least_.find(citizen))
      citizen = found->second;
    return citizen;
  }

 private:
  std::map<RecordId, RecordId> least_;
};

// What ReadPeople() takes; the rest of a base says nothing about people that a report counts.
bool IsOfPeople(uint32_t type) {
  constexpr std::array kOthers = {Type::kVisit,   Type::kCitizen, Type::kInquiry,  Type::kReply,
                                  Type::kClosing, Type::kSeat,    Type::kFollowUp, Type::kBreachCause};
  const RecordTypeInfo* info = FindRecordType(type);
  return info != nullptr &&
         (IsOfCourse(info->type) || std::ranges::find(kOthers, info->type) != kOthers.end());
}

class Facts : public BaseFacts {
 public:
  Facts(SecretBytes key, MunicipalityId municipality) : key_(std::move(key)), municipality_(municipality) {
    input_.pseudonym = [this](const RecordId& id) { return PseudonymOf(key_, id); };
  }
  const ReportInput& input() const override { return input_; }

  absl::Status Read(BaseReader& reader) {
    RETURN_IF_ERROR(ReadMeetings(reader));
    ASSIGN_OR_RETURN(auto areas, reader.Areas());
    std::erase_if(areas, [&](const Area& area) { return area.municipality != municipality_; });
    for (const Area& area : areas) area_names_[area.id] = area.name;
    for (const Area& area : areas) RETURN_IF_ERROR(ReadPlacesAndJoins(reader, area));
    for (const Area& area : areas) {
      RETURN_IF_ERROR(ReadPeople(reader, AreaScope(area.id), area));
      RETURN_IF_ERROR(ReadPeople(reader, AreaHealthScope(area.id), area));
    }
    for (auto& [id, person] : persons_) input_.persons.push_back(std::move(person));
    return absl::OkStatus();
  }

 private:
  template <typename Message>
  const Message* Keep(std::deque<Message>& kept, const StoredRecord& record) {
    Message& message = kept.emplace_back();
    return message.ParseFromString(record.record.fields()) ? &message : nullptr;
  }

  absl::Status ReadMeetings(BaseReader& reader) {
    ASSIGN_OR_RETURN(const auto groups, reader.RecordsOfType(DirectoryOf(municipality_), Type::kGroup));
    ASSIGN_OR_RETURN(const auto programmes,
                     reader.RecordsOfType(DirectoryOf(municipality_), Type::kGroupProgramme));
    std::map<std::string, v1::Programme> kinds;
    for (const StoredRecord& record : programmes) {
      v1::GroupProgramme programme;
      if (programme.ParseFromString(record.record.fields())) kinds[record.id.ToBytes()] = programme.kind();
    }
    std::map<std::string, v1::Group> by_id;
    for (const StoredRecord& record : groups) {
      v1::Group group;
      if (group.ParseFromString(record.record.fields())) by_id[record.id.ToBytes()] = std::move(group);
    }
    ASSIGN_OR_RETURN(const auto meetings, reader.RecordsOfType(DirectoryOf(municipality_), Type::kMeeting));
    for (const StoredRecord& record : meetings) {
      const v1::Meeting* meeting = Keep(meetings_, record);
      if (meeting == nullptr) continue;
      const v1::Group& group = by_id[meeting->group_id()];
      input_.meetings[record.id] = {meeting, group.name(), kinds[group.programme_id()]};
    }
    return absl::OkStatus();
  }

  // Before anything is said of people. A dwelling takes its organisation from its entrance, which may come after it.
  absl::Status ReadPlacesAndJoins(BaseReader& reader, const Area& area) {
    std::vector<StoredRecord> dwellings;
    const auto is_wanted = [](uint32_t type) {
      return type == Type::kEntrance || type == Type::kDwelling || type == Type::kSamePerson;
    };
    RETURN_IF_ERROR(reader.ForEachRecord(AreaScope(area.id), is_wanted, [&](StoredRecord&& record) {
      if (record.type == Type::kDwelling) dwellings.push_back(std::move(record));
      if (record.type == Type::kEntrance) TakeEntrance(record);
      if (record.type == Type::kSamePerson) TakeJoin(record);
    }));
    for (const StoredRecord& record : dwellings) TakeDwelling(record, area);
    return absl::OkStatus();
  }

  void TakeEntrance(const StoredRecord& record) {
    v1::Entrance entrance;
    if (entrance.ParseFromString(record.record.fields())) organisations_[record.id] = entrance.organisation();
  }

  void TakeDwelling(const StoredRecord& record, const Area& area) {
    v1::Dwelling dwelling;
    if (!dwelling.ParseFromString(record.record.fields())) return;
    const RecordId entrance = RecordId::FromBytes(dwelling.entrance_id()).value_or(RecordId());
    if (dwelling.organisation().empty()) dwelling.set_organisation(organisations_[entrance]);
    organisations_[record.id] = dwelling.organisation();
    doors_[{dwelling.entrance_id(), dwelling.floor(), dwelling.door()}] = record.id;
    if (dwelling.status() == v1::PLACE_STATUS_CLOSED) return;
    if (in_register_.insert(record.id).second)
      input_.doors.push_back({record.id, area.name, dwelling.organisation()});
  }

  void TakeJoin(const StoredRecord& record) {
    v1::SamePerson join;
    if (!join.ParseFromString(record.record.fields()) || !join.joined()) return;
    const auto other = RecordId::FromBytes(join.other_citizen_id());
    if (other.has_value()) same_.Join(record.subject, *other);
  }

  // A record that stands in two areas is taken once.
  absl::Status ReadPeople(BaseReader& reader, const Scope& scope, const Area& area) {
    return reader.ForEachRecord(scope, &IsOfPeople, [&](StoredRecord&& record) {
      if (!taken_.insert(record.id).second) return;
      const RecordTypeInfo* info = FindRecordType(record.type);
      if (info->type == Type::kVisit) return TakeVisit(record, area);
      if (info->type == Type::kCitizen) return TakeCitizen(record, area);
      if (IsOfCourse(info->type)) return TakeOfCourse(record, *info, area);
      Take(record, area);
    });
  }

  // As in server/engine/open_case.h: while it is disputed whether a participation was taken back, it is none.
  void TakeOfCourse(const StoredRecord& record, const RecordTypeInfo& info, const Area& area) {
    if (info.type == Type::kParticipation && DeleteIsDisputed(record.record)) return;
    std::unique_ptr<google::protobuf::Message> content(info.prototype->New());
    if (!content->ParseFromString(record.record.fields())) return;
    input_.places.try_emplace(record.subject, CitizenPlace{area.name, ""});
    ReportPerson& person = PersonOf(record.subject);
    const Interval recorded = RecordedIn(record.record);
    TakeInto(person.course, info.type, record.id, *content, recorded);
    if (info.type == Type::kParticipation)
      person.facts.participations.push_back(person.course.participations.back());
    of_courses_.push_back(std::move(content));
  }

  void TakeVisit(const StoredRecord& record, const Area& area) {
    const v1::Visit* visit = Keep(visits_, record);
    if (visit == nullptr) return;
    input_.visits.push_back({record.id, visit, RecordedIn(record.record), DoorOf(*visit), area.name});
  }

  // A locked tablet names a door by floor and side.
  std::optional<RecordId> DoorOf(const v1::Visit& visit) const {
    std::optional<RecordId> door = RecordId::FromBytes(visit.dwelling_id());
    if (!door) {
      const auto found = doors_.find({visit.entrance_id(), visit.floor(), visit.door()});
      if (found != doors_.end()) door = found->second;
    }
    return door && in_register_.contains(*door) ? door : std::nullopt;
  }

  void TakeCitizen(const StoredRecord& record, const Area& area) {
    v1::Citizen citizen;
    if (!citizen.ParseFromString(record.record.fields())) return;
    CitizenPlace& place = input_.places[record.id];
    const auto moved = AreaId::FromBytes(citizen.area_id());
    const auto named = moved ? area_names_.find(*moved) : area_names_.end();
    place.area = named == area_names_.end() ? area.name : named->second;
    place.organisation = OrganisationOf(citizen);
  }

  std::string OrganisationOf(const v1::Citizen& citizen) const {
    std::optional<RecordId> where = RecordId::FromBytes(citizen.dwelling_id());
    if (!where) {
      const auto door = doors_.find({citizen.entrance_id(), citizen.floor(), citizen.door()});
      where = door != doors_.end() ? door->second : RecordId::FromBytes(citizen.entrance_id());
    }
    const auto found = where ? organisations_.find(*where) : organisations_.end();
    return found == organisations_.end() ? "" : found->second;
  }

  ReportPerson& PersonOf(const RecordId& citizen) {
    const RecordId id = same_.Of(citizen);
    ReportPerson& person = persons_[id];
    person.id = id;
    return person;
  }

  void Take(const StoredRecord& record, const Area& area) {
    input_.places.try_emplace(record.subject,
                              CitizenPlace{area.name, ""});  // of a citizen whose record is gone
    ReportPerson& person = PersonOf(record.subject);
    const Interval recorded = RecordedIn(record.record);
    // As in server/engine/open_case.h: while it is disputed whether it was taken back, it ends no case.
    const bool ends_cases = !DeleteIsDisputed(record.record);
    switch (static_cast<Type>(record.type)) {
      case Type::kInquiry:
        if (const auto* inquiry = Keep(inquiries_, record))
          person.facts.inquiries.push_back({record.id, record.subject, inquiry, recorded});
        break;
      case Type::kReply:
        if (const auto* reply = Keep(replies_, record))
          person.facts.replies.push_back({record.id, reply, recorded});
        break;
      case Type::kClosing:
        if (const auto* closing = ends_cases ? Keep(closings_, record) : nullptr)
          person.facts.closings.push_back({record.id, closing, recorded});
        break;
      default: TakeOther(record, recorded, person);
    }
  }

  void TakeOther(const StoredRecord& record, const Interval& recorded, ReportPerson& person) {
    switch (static_cast<Type>(record.type)) {
      case Type::kSeat:
        if (const auto* seat = Keep(seats_, record)) person.seats.push_back({record.id, seat});
        break;
      case Type::kFollowUp:
        if (const auto* follow_up = Keep(follow_ups_, record)) person.follow_ups.push_back(follow_up);
        break;
      case Type::kBreachCause:
        if (const auto* cause = Keep(causes_, record)) person.causes.push_back({record.id, cause, recorded});
        break;
      default: break;
    }
  }

  const SecretBytes key_;
  const MunicipalityId municipality_;
  ReportInput input_;
  Persons same_;
  std::map<RecordId, ReportPerson> persons_;
  std::map<AreaId, std::string> area_names_;
  std::map<RecordId, std::string> organisations_;  // of entrances and dwellings
  std::map<std::tuple<std::string, std::string, std::string>, RecordId>
      doors_;  // by entrance, floor and door
  std::set<RecordId> in_register_;
  std::set<RecordId> taken_;
  // Deques: the facts point into them.
  std::deque<v1::Meeting> meetings_;
  std::deque<v1::Visit> visits_;
  std::deque<v1::Inquiry> inquiries_;
  std::deque<v1::Reply> replies_;
  std::deque<v1::Closing> closings_;
  std::deque<v1::Seat> seats_;
  std::deque<v1::FollowUp> follow_ups_;
  std::vector<std::unique_ptr<google::protobuf::Message>> of_courses_;
  std::deque<v1::BreachCause> causes_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<BaseFacts>> ReadBaseFacts(BaseReader& reader, const SecretBytes& pseudonym_key,
                                                         MunicipalityId municipality) {
  auto facts = std::make_unique<Facts>(pseudonym_key, municipality);
  RETURN_IF_ERROR(facts->Read(reader));
  return facts;
}

std::string PseudonymOf(const SecretBytes& key, const RecordId& id) {
  return absl::BytesToHexString(KeyedDigest(key, id.ToBytes(), 16).substr(0, 6));
}

}  // namespace opgang
