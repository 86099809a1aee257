#include "client-lib/src/store/capture.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/merge/field_set.h"
#include "core/merge/merge.h"
#include "core/records/validation.h"
#include "core/rules/course_facts.h"
#include "core/rules/seats.h"
#include "opgang/courses.h"

namespace opgang {
namespace {

using Kind = Bundle::Change::Kind;
using google::protobuf::Message;

// A record while the bundle is being captured: as the changes so far leave it.
struct WorkingRecord {
  const RecordTypeInfo* type = nullptr;
  v1::Record record;
  RecordId subject;
  std::vector<Scope> scopes;
  std::vector<v1::MutationPayload> own_payloads;  // beside own_intents: not yet in the confirmed record
  std::vector<std::string> own_intents;
};

std::string CanonicalFields(const Message& content) {
  const auto fields = SplitFields(content.SerializeAsString());
  return fields.ok() ? JoinFields(*fields) : std::string();
}

std::string FieldsOnly(const std::string& bytes, const std::vector<uint32_t>& wanted) {
  auto fields = SplitFields(bytes);
  if (!fields.ok()) return {};
  std::erase_if(*fields, [&](const auto& field) {
    return std::find(wanted.begin(), wanted.end(), field.first) == wanted.end();
  });
  return JoinFields(*fields);
}

// A telephone number is written as people say it and stored in one form; what is none is left for validation.
std::unique_ptr<Message> Normalized(const Message& content) {
  std::unique_ptr<Message> copy(content.New());
  copy->CopyFrom(content);
  if (auto* citizen = dynamic_cast<v1::Citizen*>(copy.get())) {
    if (const auto number = NormalizeTelephone(citizen->telephone())) citizen->set_telephone(*number);
  }
  return copy;
}

std::string CitizenIdIn(const RecordTypeInfo& type, const Message& content) {
  if (type.subject == SubjectRule::kNone || type.subject == SubjectRule::kSelf) return {};
  return content.GetReflection()->GetString(content, content.GetDescriptor()->FindFieldByNumber(1));
}

class CaptureRun {
 public:
  explicit CaptureRun(const CaptureContext& context) : context_(context), stamp_(context.last_stamp) {}

  absl::StatusOr<CaptureResult> Run(const std::vector<Intention>& intentions) {
    if (intentions.empty() || intentions.size() > kMaxBundleMutations) {
      return RefusalError({v1::REFUSAL_CODE_BAD_BUNDLE, 0}, 0);
    }
    for (const Intention& intention : intentions) RETURN_IF_ERROR(Take(intention));
    NameBundle();
    RETURN_IF_ERROR(CheckTogether());
    return CaptureResult{std::move(mutations_), stamp_};
  }

 private:
  absl::Status Take(const Intention& intention) {
    const Bundle::Change& change = intention.change;
    if (change.kind != Kind::kDelete && change.content == nullptr) {
      return RefusalError({v1::REFUSAL_CODE_UNREADABLE, 0}, change.type->type);
    }
    ASSIGN_OR_RETURN(WorkingRecord * working, Working(intention));
    CapturedMutation mutation;
    SayWhen(mutation.payload);
    Envelope(change, *working, mutation.envelope);
    Payload(intention, *working, mutation);
    const v1::Seat seat_before = SeatIn(*working);
    const auto refusal = Check(change, *working, mutation);
    if (refusal) return RefusalError(*refusal, change.type->type);
    NameChair(intention, seat_before, *working, mutation);
    mutations_.push_back(std::move(mutation));
    return absl::OkStatus();
  }

  absl::StatusOr<WorkingRecord*> Working(const Intention& intention) {
    const Bundle::Change& change = intention.change;
    const auto found = working_.find(change.record);
    if (found != working_.end()) return &found->second;
    if (auto known = intention.known ? intention.known : context_.find(change.record)) {
      if (known->visible.type != change.type) {
        return RefusalError({v1::REFUSAL_CODE_TYPE_MISMATCH, 0}, change.type->type);
      }
      return Remember(*std::move(known));
    }
    if (change.kind == Kind::kCreate) return Begin(change);
    if (context_.locked) return MakeError(ErrorCode::kLocked, "a patch or delete needs to read the record");
    return MakeError(ErrorCode::kNotFound, "no such record here");
  }

  WorkingRecord* Remember(KnownRecord known) {
    WorkingRecord working{known.visible.type,
                          *known.visible.record,
                          known.visible.subject,
                          std::move(known.visible.scopes),
                          {},
                          {}};
    for (OwnMutation& own : known.own) {
      working.own_intents.push_back(own.intent.ToBytes());
      working.own_payloads.push_back(std::move(own.payload));
    }
    return &(working_[known.visible.id] = std::move(working));
  }

  absl::StatusOr<WorkingRecord*> Begin(const Bundle::Change& change) {
    WorkingRecord working;
    working.type = change.type;
    const std::string citizen = CitizenIdIn(*change.type, *change.content);
    working.subject = change.type->subject == SubjectRule::kSelf
                          ? change.record
                          : RecordId::FromBytes(citizen).value_or(RecordId());
    ASSIGN_OR_RETURN(const Scope scope, ScopeFor(change, working.subject));
    working.scopes = {scope};
    return &(working_[change.record] = std::move(working));
  }

  absl::StatusOr<Scope> ScopeFor(const Bundle::Change& change, RecordId subject) {
    const v1::ScopeKind kind = change.type->scope_kind;
    if (kind == v1::SCOPE_KIND_DIRECTORY) {
      if (context_.directory) return *context_.directory;
      return MakeError(ErrorCode::kBadInput, "the directory is not known: sync with the base first");
    }
    if (change.area) return Scope{kind, change.area->uuid()};
    if (change.group) return GroupScope(*change.group);
    if (const auto beside = BesideCitizen(kind, subject)) return *beside;
    if (context_.default_area) return Scope{kind, context_.default_area->uuid()};
    return MakeError(ErrorCode::kBadInput, "the area is not known: choose an entrance or name the area");
  }

  // Where its citizen stands: in an area, or for whoever reads no area in a group.
  std::optional<Scope> BesideCitizen(v1::ScopeKind kind, RecordId subject) {
    const WorkingRecord* citizen = subject.empty() ? nullptr : Look(subject);
    if (citizen == nullptr) return std::nullopt;
    std::optional<Scope> group;
    for (const Scope& scope : citizen->scopes) {
      if (scope.kind == v1::SCOPE_KIND_AREA) return Scope{kind, scope.id};
      if (scope.kind == v1::SCOPE_KIND_GROUP) group = scope;
    }
    return kind == v1::SCOPE_KIND_AREA ? group : std::nullopt;
  }

  const WorkingRecord* Look(RecordId id) {
    const auto found = working_.find(id);
    if (found != working_.end()) return &found->second;
    auto known = context_.find(id);
    return known ? Remember(*std::move(known)) : nullptr;
  }

  void Envelope(const Bundle::Change& change, const WorkingRecord& working, v1::MutationEnvelope& envelope) {
    // A version carries its own time, the hybrid clock's (core/merge/field_policy.h).
    const absl::Time stamp = absl::FromUnixMicros(stamp_.wall_us());
    envelope.set_intent_id(IntentId::Make(stamp, context_.random).ToBytes());
    envelope.set_record_id(change.record.ToBytes());
    envelope.set_record_type(change.type->type);
    for (const Scope& scope : working.scopes) *envelope.add_scopes() = scope.ToProto();
    envelope.set_subject_id(working.subject.ToBytes());
    envelope.set_schema_version(kSchemaVersion);
  }

  void Payload(const Intention& intention, WorkingRecord& working, CapturedMutation& mutation) {
    const Bundle::Change& change = intention.change;
    v1::MutationPayload& payload = mutation.payload;
    v1::UndoStep& undo = mutation.undo;
    switch (change.kind) {
      case Kind::kCreate:
        payload.set_action(v1::MUTATION_ACTION_CREATE);
        payload.set_fields(CanonicalFields(*Normalized(*change.content)));
        break;
      case Kind::kPatch:
        payload.set_action(v1::MUTATION_ACTION_PATCH);
        payload.set_fields(FieldsOnly(CanonicalFields(*Normalized(*change.content)), change.fields));
        undo.set_fields_before(FieldsOnly(working.record.fields(), change.fields));
        SayWhatWasSeen(change.fields, intention.seen_only, working, payload);
        *undo.mutable_edits() = payload.edits();
        break;
      case Kind::kDelete:
        payload.set_action(v1::MUTATION_ACTION_DELETE);
        undo.set_record_before(working.record.SerializeAsString());
        *undo.mutable_scopes() = mutation.envelope.scopes();
        undo.set_subject_id(mutation.envelope.subject_id());
        SayWhatWasSeen(WrittenFields(working.record), intention.seen_only, working, payload);
        break;
    }
    payload.set_replaces_intent_id(intention.replaces);
    undo.set_intent_id(mutation.envelope.intent_id());
    undo.set_record_id(mutation.envelope.record_id());
    undo.set_record_type(mutation.envelope.record_type());
    undo.set_action(payload.action());
  }

  static std::vector<uint32_t> WrittenFields(const v1::Record& record) {
    std::vector<uint32_t> fields;
    for (const v1::FieldState& state : record.field_states()) fields.push_back(state.field());
    return fields;
  }

  void SayWhatWasSeen(const std::vector<uint32_t>& fields,
                      const std::optional<std::set<std::string>>& seen_only, const WorkingRecord& working,
                      v1::MutationPayload& payload) {
    for (const uint32_t field : std::set<uint32_t>(fields.begin(), fields.end())) {
      v1::FieldEdit& edit = *payload.add_edits();
      edit.set_field(field);
      for (const std::string& version : SeenOf(working, field)) {
        if (!seen_only || seen_only->contains(version) || captured_.contains(version))
          edit.add_seen_versions(version);
      }
    }
  }

  // What stands there, and what the own mutations in it had seen and replaced: should one of them be refused,
  // this one still says that its author saw what stood before. Each of them says it of its predecessors
  // already.
  static std::set<std::string> SeenOf(const WorkingRecord& working, uint32_t field) {
    std::set<std::string> seen;
    for (const IntentId& version : VersionsOf(working.record, field)) seen.insert(version.ToBytes());
    for (size_t i = working.own_payloads.size(); i-- > 0;) {
      if (!seen.contains(working.own_intents[i])) continue;
      for (const v1::FieldEdit& edit : working.own_payloads[i].edits()) {
        if (edit.field() == field) seen.insert(edit.seen_versions().begin(), edit.seen_versions().end());
      }
    }
    return seen;
  }

  void SayWhen(v1::MutationPayload& payload) {
    const v1::ClockReading reading = context_.clock.Read();
    stamp_ = NextStamp(stamp_, reading.wall_us());
    *payload.mutable_stamp() = stamp_;
    *payload.mutable_evidence()->mutable_captured() = reading;
    if (context_.anchor) *payload.mutable_evidence()->mutable_anchor() = *context_.anchor;
  }

  // Form and size of this one; leaves `working` as the mutation makes it.
  std::optional<Refusal> Check(const Bundle::Change& change, WorkingRecord& working,
                               CapturedMutation& mutation) {
    const v1::MutationPayload& payload = mutation.payload;
    if (change.kind == Kind::kPatch && payload.edits().empty()) return Refusal{v1::REFUSAL_CODE_BAD_FORM, 0};
    if (payload.ByteSizeLong() > kMaxPayloadBytes) return Refusal{v1::REFUSAL_CODE_TOO_LONG, 0};
    if (const auto refusal = ValidateEnvelope(mutation.envelope)) return refusal;
    if (const auto refusal = ValidatePatch(*change.type, payload)) return refusal;
    v1::Provenance provenance;
    provenance.set_intent_id(mutation.envelope.intent_id());
    const bool known = working.record.has_created() || working.record.has_last_changed();
    MergeContext merge_context;
    merge_context.record_type = change.type->type;
    auto merged = Merge(known ? &working.record : nullptr, payload, provenance, merge_context);
    if (!merged.ok()) return Refusal{v1::REFUSAL_CODE_UNREADABLE, 0};
    working.record = std::move(merged->record);
    working.own_intents.push_back(mutation.envelope.intent_id());
    working.own_payloads.push_back(payload);
    captured_.insert(mutation.envelope.intent_id());
    return change.kind == Kind::kDelete ? std::nullopt : CheckContent(change, working);
  }

  std::optional<Refusal> CheckContent(const Bundle::Change& change, const WorkingRecord& working) {
    const auto content = ParseContent(*working.type, working.record.fields());
    if (content == nullptr) return Refusal{v1::REFUSAL_CODE_UNREADABLE, 0};
    const ValidationContext context{change.record, working.subject, context_.latest_day};
    if (const auto refusal = ValidateContent(*working.type, *content, context)) return refusal;
    if (const auto refusal = CheckMeeting(change, *content)) return refusal;
    return CheckCourse(change, *content, working.subject);
  }

  // A seat, presence or absence beside its meeting, as far as the meeting is known here. What the change leaves alone
  // was sound when it was noted.
  std::optional<Refusal> CheckMeeting(const Bundle::Change& change, const Message& content) {
    const auto says = [&](uint32_t field) {
      return change.kind == Kind::kCreate || std::ranges::find(change.fields, field) != change.fields.end();
    };
    switch (change.type->type) {
      case RecordType::kSeat:
        if (!says(v1::Seat::kStateFieldNumber) && !says(v1::Seat::kMeetingIdFieldNumber)) break;
        return CheckSeat(static_cast<const v1::Seat&>(content));
      case RecordType::kParticipation:
        if (!says(v1::Participation::kMeetingIdFieldNumber)) break;
        return CheckAttendance(v1::Participation::kMeetingIdFieldNumber,
                               static_cast<const v1::Participation&>(content).meeting_id());
      case RecordType::kAbsence:
        if (!says(v1::Absence::kMeetingIdFieldNumber)) break;
        return CheckAttendance(v1::Absence::kMeetingIdFieldNumber,
                               static_cast<const v1::Absence&>(content).meeting_id());
      default: break;
    }
    return std::nullopt;
  }

  std::optional<Refusal> CheckSeat(const v1::Seat& seat) {
    const auto meeting = MeetingCalled(seat.meeting_id());
    return meeting ? RefuseSeat(seat, *meeting, context_.now) : std::nullopt;
  }

  // Empty where the record is no seat, or is not there yet.
  static v1::Seat SeatIn(const WorkingRecord& working) {
    v1::Seat seat;
    if (working.type->type == RecordType::kSeat) (void)seat.ParseFromString(working.record.fields());
    return seat;
  }

  // A promise of a limited meeting's seat that did not stand before needs a chair (core/rules/seat_escrow.h).
  void NameChair(const Intention& intention, const v1::Seat& before, const WorkingRecord& working,
                 CapturedMutation& mutation) {
    const v1::Seat after = SeatIn(working);
    const bool stood = before.state() == after.state() && before.meeting_id() == after.meeting_id();
    if (intention.change.kind == Kind::kDelete || after.state() != v1::SEAT_STATE_PROMISED || stood) return;
    if (!IsLimited(after.meeting_id())) return;
    mutation.payload.set_chair_of_replica_id(intention.chair);
    if (intention.chair.empty()) mutation.needs_chair_in = RecordId::FromBytes(after.meeting_id());
  }

  // A meeting whose group has not come yet may be limited, and chairs of it lent already.
  bool IsLimited(const std::string& meeting_id) {
    const auto meeting = MeetingCalled(meeting_id);
    if (!meeting) return false;
    const auto id = RecordId::FromBytes(meeting->group_id());
    const WorkingRecord* known = id ? Look(*id) : nullptr;
    v1::Group group;
    const bool readable = known != nullptr && known->type->type == RecordType::kGroup &&
                          group.ParseFromString(known->record.fields());
    return !readable || !MayPromise(group);
  }

  std::optional<Refusal> CheckAttendance(int field, const std::string& meeting_id) {
    const auto meeting = MeetingCalled(meeting_id);
    return meeting ? RefuseAttendance(field, *meeting, context_.now) : std::nullopt;
  }

  std::optional<v1::Meeting> MeetingCalled(const std::string& bytes) {
    const auto id = RecordId::FromBytes(bytes);
    const WorkingRecord* known = id ? Look(*id) : nullptr;
    v1::Meeting meeting;
    const bool readable = known != nullptr && known->type->type == RecordType::kMeeting &&
                          meeting.ParseFromString(known->record.fields());
    return readable ? std::optional(meeting) : std::nullopt;
  }

  // A record of a course beside what is known of its citizen here, and what the bundle says before it. While the store is
  // locked nothing is known, and nothing is asked: saving works.
  std::optional<Refusal> CheckCourse(const Bundle::Change& change, const Message& content, RecordId citizen) {
    if (!NeedsBackground(change.type->type)) return std::nullopt;
    const View* view = context_.view ? context_.view() : nullptr;
    if (view == nullptr) return std::nullopt;
    CourseBackground background = BackgroundOf(*view, citizen, change.record);
    std::vector<std::shared_ptr<const Message>> kept;
    for (const auto& [id, working] : working_) {
      if (id == change.record || working.subject != citizen || view->Find(id) != nullptr) continue;
      kept.push_back(ParseContent(*working.type, working.record.fields()));
      if (kept.back() != nullptr)
        TakeInto(background.facts, working.type->type, id, *kept.back(), context_.now);
    }
    return RefuseCourseRecord(change.type->type, change.record, content, background, context_.now);
  }

  void NameBundle() {
    if (mutations_.size() < 2) return;
    const std::string id = BundleId::Make(context_.clock.WallNow(), context_.random).ToBytes();
    for (size_t i = 0; i < mutations_.size(); ++i) {
      v1::Bundle& bundle = *mutations_[i].envelope.mutable_bundle();
      bundle.set_bundle_id(id);
      bundle.set_index(static_cast<uint32_t>(i));
      bundle.set_count(static_cast<uint32_t>(mutations_.size()));
    }
  }

  // What only the whole shows: the size, and that each inquirer can be found again.
  absl::Status CheckTogether() {
    size_t bytes = 0;
    for (const CapturedMutation& mutation : mutations_) {
      bytes += mutation.envelope.ByteSizeLong() + mutation.payload.ByteSizeLong();
      if (mutation.envelope.record_type() != v1::RecordBody::kInquiry) continue;
      if (mutation.payload.action() == v1::MUTATION_ACTION_DELETE) continue;
      if (const auto refusal = CheckReach(mutation.envelope.record_id())) {
        return RefusalError(*refusal, v1::RecordBody::kInquiry);
      }
    }
    if (bytes <= kMaxBundleBytes) return absl::OkStatus();
    return RefusalError({v1::REFUSAL_CODE_TOO_LONG, 0}, mutations_.front().envelope.record_type());
  }

  std::optional<Refusal> CheckReach(const std::string& inquiry_id) {
    const WorkingRecord& working = working_.at(*RecordId::FromBytes(inquiry_id));
    v1::Inquiry inquiry;
    if (!inquiry.ParseFromString(working.record.fields())) return Refusal{v1::REFUSAL_CODE_UNREADABLE, 0};
    const WorkingRecord* known = Look(working.subject);
    v1::Citizen citizen;
    const bool readable = known != nullptr && citizen.ParseFromString(known->record.fields());
    return ValidateInquiryReach(inquiry, readable ? &citizen : nullptr);
  }

  const CaptureContext& context_;
  v1::HybridTime stamp_;
  std::map<RecordId, WorkingRecord> working_;
  std::vector<CapturedMutation> mutations_;
  std::set<std::string> captured_;  // intent ids of `mutations_`
};

}  // namespace

v1::HybridTime NextStamp(const v1::HybridTime& last, int64_t wall_us) {
  v1::HybridTime next;
  if (wall_us > last.wall_us()) {
    next.set_wall_us(wall_us);
    return next;
  }
  next.set_wall_us(last.wall_us());
  next.set_logical(last.logical() + 1);
  return next;
}

absl::StatusOr<CaptureResult> Capture(const std::vector<Intention>& intentions,
                                      const CaptureContext& context) {
  return CaptureRun(context).Run(intentions);
}

}  // namespace opgang
