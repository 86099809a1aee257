// Nothing of another place shows: two bases that differ only in what others wrote - other areas of the municipality, another
// municipality, what they had refused, conflicts, who was erased - tell everybody else the same bytes.
//
// Revs are the whole base's and tell how much it has seen, by design (docs/threat-model.md); so both have seen as many.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/base/base_story.h"
#include "tests/matrix/matrix_world.h"

namespace opgang {
namespace {

// What was written elsewhere: nothing in common.
struct Elsewhere {
  std::string name;
  size_t citizens;         // in each commit
  bool refused, conflict;  // was something refused beside; had nobody seen anybody's
};
const Elsewhere kLittle{"Bo", 1, false, false};
const Elsewhere kMuch{"A much longer name, and another one beside it", 5, true, true};

class Twin {
 public:
  Twin(MatrixWorld& world, const Elsewhere& what) : world_(world), base_(world.clock(), "", world.Copy()) {
    const uint64_t revs = base_.store().NewestRev().value() + kRevs;
    for (const Where where : {Where::kNeighbour, Where::kAbroad, Where::kHandIn}) Write(where, what);
    for (uint64_t i = 0; i < kRevs && base_.store().NewestRev().value() < revs; ++i) WriteMore();
    EXPECT_EQ(base_.store().NewestRev().value(), revs);
  }

  // Every message of a session of that device that fetches everything, and hands in `sealed`.
  std::vector<v1::SyncResponse> Hear(const HandDevice& device,
                                     const std::vector<v1::SealedMutation>& sealed) {
    auto session = base_.Connect(device.peer);
    session->Hear(device.HelloRequest());
    std::vector<v1::SyncResponse> heard;
    HearAll(*session, heard);
    if (!sealed.empty()) session->Hear(device.Request(device.Push(sealed)));
    HearAll(*session, heard);
    for (v1::SyncResponse& said : heard) {
      if (said.has_welcome()) said.mutable_welcome()->clear_next_token();  // random by design
    }
    return heard;
  }

 private:
  static constexpr uint64_t kRevs = 40;

  // As a device does: each page gives its room back.
  static void HearAll(BaseSession& session, std::vector<v1::SyncResponse>& heard) {
    v1::SyncRequest ack;
    ack.mutable_page_ack()->set_page_count(1);
    while (auto said = session.Say()) {
      if (said->has_page()) session.Hear(ack);
      heard.push_back(*std::move(said));
    }
  }

  void WriteMore() {
    HandDevice& device = here_;
    const Scope scope = world_.ScopeAt(RecordTypeOf<v1::Citizen>(), Where::kNeighbour);
    Commit(device, {device.Seal(device.Create(Called("Another"), scope))});
  }
  void Write(Where where, const Elsewhere& what) {
    HandDevice& device = where == Where::kAbroad ? abroad_ : here_;
    const Scope scope = world_.ScopeAt(RecordTypeOf<v1::Citizen>(), where);
    std::vector<Draft> family;
    for (size_t i = 0; i < what.citizens; ++i) family.push_back(device.Create(Called(what.name), scope));
    std::vector<Draft*> parts;
    for (Draft& draft : family) parts.push_back(&draft);
    HandDevice::MakeBundle(parts);
    Commit(device, device.Seal(family));
    const auto name = [&](const std::string& as) {
      Commit(device, {device.Seal(device.Patch(family[0], Called(as), {family[0].intent()}))});
    };
    if (what.refused) name(std::string(2000, 'x'));
    name(what.name + " again");
    const std::vector<IntentId> seen =
        what.conflict ? std::vector<IntentId>{} : std::vector{family[0].intent()};
    Commit(device, {device.Seal(device.Patch(family[0], Called(what.name + "!"), seen))});
  }
  // As the session does, with this base's authority.
  void Commit(HandDevice& device, const std::vector<v1::SealedMutation>& sealed) {
    QueueKeys keys;
    keys.Add(device.queue_key(), base_.keys().box);
    std::vector<OpenedMutation> opened;
    for (const auto& one : sealed)
      opened.push_back(OpenMutation(one, keys, base_.session_keys().digest_key, base_.session_keys().schema));
    Author author = AuthorOf(base_.store(), *base_.store().FindStore(device.peer.store).value()).value();
    author.replica = device.replica;
    const auto outcome = base_.committer().Commit(
        GroupBundles(std::move(opened), author, world_.clock().WallNow(), std::nullopt));
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    for (const v1::Verdict& verdict : outcome->verdicts.at(0)) EXPECT_FALSE(verdict.has_id_reused());
  }

  MatrixWorld& world_;
  TestBase base_;
  HandDevice here_ = world_.WriterOf(Where::kNeighbour), abroad_ = world_.WriterOf(Where::kAbroad);
};

class TwinBases : public testing::Test {
 protected:
  const HandDevice& DeviceOf(Role role) { return world.DeviceOf(role); }
  static std::string BytesOf(const std::vector<v1::SyncResponse>& messages) {
    std::string bytes;
    for (const v1::SyncResponse& message : messages) bytes += message.SerializeAsString();
    return bytes;
  }
  // What somebody of that role hands in: something new, and something that touches what he cannot see.
  std::vector<v1::SealedMutation> WorkOf(Role role) {
    HandDevice device = world.DeviceOf(role);
    std::vector<v1::SealedMutation> sealed;
    const RecordTypeInfo& citizen = RecordTypeOf<v1::Citizen>();
    for (const Where where : {Where::kOwn, Where::kHandIn, Where::kNeighbour, Where::kAbroad}) {
      sealed.push_back(device.Seal(device.Create(Called("Mine"), world.ScopeAt(citizen, where))));
      const Draft& there = world.RecordAt(RecordType::kCitizen, where);
      sealed.push_back(device.Seal(device.Patch(there, Called("Touched"), {there.intent()})));
    }
    return sealed;
  }

  MatrixWorld& world = MatrixWorld::Get();
};

TEST_F(TwinBases, WhatOthersWroteElsewhereChangesNoByteOfWhatIsToldHere) {
  int messages = 0;
  for (const Role role : Roles()) {
    SCOPED_TRACE(std::string(RoleName(role)));
    const auto work = WorkOf(role);
    const auto one = Twin(world, kLittle).Hear(DeviceOf(role), work);
    const auto other = Twin(world, kMuch).Hear(DeviceOf(role), work);
    ASSERT_EQ(one.size(), other.size());
    for (size_t i = 0; i < one.size(); ++i) {
      EXPECT_EQ(one[i].SerializeAsString(), other[i].SerializeAsString()) << one[i].ShortDebugString() << "\n"
                                                                          << other[i].ShortDebugString();
      ++messages;
    }
  }
  EXPECT_GT(messages, 16);
  std::cout << "messages compared: " << messages << "\n";
}

// The comparison sees what it should: who reads there is told the difference.
TEST_F(TwinBases, WhoReadsThereIsToldTheDifference) {
  const HandDevice reader = world.WriterOf(Where::kNeighbour);
  EXPECT_NE(BytesOf(Twin(world, kLittle).Hear(reader, {})), BytesOf(Twin(world, kMuch).Hear(reader, {})));
  EXPECT_EQ(BytesOf(Twin(world, kLittle).Hear(DeviceOf(Role::kHealth), {})),
            BytesOf(Twin(world, kMuch).Hear(DeviceOf(Role::kHealth), {})));
}

}  // namespace
}  // namespace opgang
