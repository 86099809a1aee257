// The session at the base, message by message: greeting, order, credit, paging, silence.
#include "tests/base/base_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;

class ServerSessionTest : public BaseStory {
 protected:
  std::shared_ptr<BaseSession> Connect(SessionLimits limits = {}) { return base.Connect(amal.peer, limits); }
  // Says Hello and takes the Welcome over.
  std::vector<v1::SyncResponse> Greet(BaseSession& session) {
    session.Hear(amal.HelloRequest());
    auto said = session.SayAll();
    if (!said.empty() && said[0].has_welcome()) amal.Heed(said[0].welcome());
    return said;
  }
  static std::string LastWord(const std::vector<v1::SyncResponse>& said) {
    if (said.empty()) return "nothing";
    return said.back().has_go_away() ? v1::GoAwayReason_Name(said.back().go_away().reason()) : "not a GoAway";
  }
  void SaveMany(int count) {
    std::vector<v1::SealedMutation> many;
    for (int i = 0; i < count; ++i)
      many.push_back(jonas.Seal(jonas.Create(Called(std::string(100, 'n')), area)));
    jonas.Commit(many);
  }
  v1::SyncRequest PageAck() {
    v1::SyncRequest request;
    request.mutable_page_ack()->set_page_count(1);
    return request;
  }
};

TEST_F(ServerSessionTest, TokenTurnsAtEveryHelloAndTheNewestIsAccepted) {
  for (int i = 0; i < 3; ++i) {
    const std::string before = amal.token;
    auto session = Connect();
    const auto said = Greet(*session);
    EXPECT_TRUE(said[0].welcome().reading());
    EXPECT_TRUE(said[0].welcome().new_replica_id().empty());
    EXPECT_NE(amal.token, before);
  }
}

TEST_F(ServerSessionTest, StaleTokenMakesANewReplicaAndNothingElseFollows) {
  const HandDevice image = amal;
  auto first = Connect();
  Greet(*first);
  auto second = Connect();
  Greet(*second);
  amal.token = image.token;
  auto stale = Connect();
  stale->Hear(amal.HelloRequest());
  stale->Hear(amal.Request(amal.Push({amal.Seal(Citizen("Amina"))})));
  const auto said = stale->SayAll();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].welcome().new_replica_id().size(), 16u);
  EXPECT_FALSE(said[0].welcome().reading());
  EXPECT_TRUE(stale->session().over());
  EXPECT_EQ(base.Check().mutations, 0);
  amal.Heed(said[0].welcome());
  auto other = Connect();
  EXPECT_TRUE(Greet(*other)[0].welcome().reading());
}

TEST_F(ServerSessionTest, WhoHasLostItsIdentityDoesNotComeBackUnderIt) {
  auto before = Connect();
  Greet(*before);
  v1::SyncRequest lost = amal.HelloRequest();
  lost.mutable_hello()->clear_replica_id();
  auto session = Connect();
  session->Hear(lost);
  EXPECT_EQ(session->SayAll()[0].welcome().new_replica_id().size(), 16u);
  EXPECT_TRUE(base.store().FindReplica(amal.replica).value()->retired);
}

TEST_F(ServerSessionTest, WhoGivesUpItsNameGoesOnUnderAnotherAndIsNoCopy) {
  auto before = Connect();
  Greet(*before);
  v1::SyncRequest hello = amal.HelloRequest();
  hello.mutable_hello()->set_gives_up_name(true);
  for (int i = 0; i < 2; ++i) {  // its first Welcome is lost
    auto session = Connect();
    session->Hear(hello);
    ASSERT_EQ(session->SayAll()[0].welcome().new_replica_id().size(), 16u);
  }
  EXPECT_TRUE(base.store().FindReplica(amal.replica).value()->retired);
  EXPECT_EQ(base.store().FindStore(amal.peer.store).value()->twin_since_us, 0);
  auto original = Connect();  // under the name that a copy of it gave up
  EXPECT_EQ(Greet(*original)[0].welcome().new_replica_id().size(), 16u);
  EXPECT_GT(base.store().FindStore(amal.peer.store).value()->twin_since_us, 0);
}

TEST_F(ServerSessionTest, TokenBeforeIsAcceptedUntilTheNewOneWasPresented) {
  const std::string first = amal.token;
  auto lost = Connect();
  lost->Hear(amal.HelloRequest());
  lost->SayAll();  // its Welcome is lost: the token stays
  auto again = Connect();
  EXPECT_TRUE(Greet(*again)[0].welcome().new_replica_id().empty());
  auto next = Connect();
  EXPECT_TRUE(Greet(*next)[0].welcome().new_replica_id().empty());
  amal.token = first;
  auto stale = Connect();
  EXPECT_FALSE(Greet(*stale)[0].welcome().new_replica_id().empty());
}

TEST_F(ServerSessionTest, WrongReadProofMayHandInAndReadsNothing) {
  SaveMany(3);
  v1::SyncRequest hello = amal.HelloRequest();
  hello.mutable_hello()->mutable_read_proof()->front() ^= 1;
  auto session = Connect();
  session->Hear(hello);
  session->Hear(amal.Request(amal.Push({amal.Seal(Citizen("Amina"))})));
  const auto said = session->SayAll();
  ASSERT_EQ(said.size(), 2u);
  EXPECT_FALSE(said[0].welcome().reading());
  EXPECT_TRUE(said[0].welcome().grants().empty());
  EXPECT_THAT(Words({said[1].ack().verdicts().begin(), said[1].ack().verdicts().end()}),
              ElementsAre("applied"));
}

TEST_F(ServerSessionTest, ReadProofOverAnotherTokenReadsNothing) {
  v1::SyncRequest hello = amal.HelloRequest();
  HandDevice other = amal;
  other.token = std::string(32, 't');
  hello.mutable_hello()->set_read_proof(other.Hello().read_proof());
  auto session = Connect();
  session->Hear(hello);
  EXPECT_FALSE(session->SayAll()[0].welcome().reading());
}

TEST_F(ServerSessionTest, PushBeforeHelloBreaksTheProtocol) {
  auto session = Connect();
  session->Hear(amal.Request(amal.Push({amal.Seal(Citizen("Amina"))})));
  EXPECT_EQ(LastWord(session->SayAll()), "GO_AWAY_REASON_PROTOCOL");
  EXPECT_TRUE(session->session().over());
  EXPECT_EQ(base.Check().mutations, 0);
}

TEST_F(ServerSessionTest, SecondHelloBreaksTheProtocol) {
  auto session = Connect();
  Greet(*session);
  session->Hear(amal.HelloRequest());
  EXPECT_EQ(LastWord(session->SayAll()), "GO_AWAY_REASON_PROTOCOL");
}

TEST_F(ServerSessionTest, UnknownProtocolVersionAndUnknownStoreAreTurnedAway) {
  v1::SyncRequest hello = amal.HelloRequest();
  hello.mutable_hello()->set_protocol_version(2);
  auto session = Connect();
  session->Hear(hello);
  EXPECT_EQ(LastWord(session->SayAll()), "GO_AWAY_REASON_PROTOCOL");
  auto stranger = base.Connect({"jonas", amal.peer.store});
  stranger->Hear(amal.HelloRequest());
  EXPECT_EQ(LastWord(stranger->SayAll()), "GO_AWAY_REASON_UNKNOWN_STORE");
}

TEST_F(ServerSessionTest, PushBeyondCreditBreaksTheProtocol) {
  auto session = Connect({.credit_bytes = 400});
  Greet(*session);
  const auto push = amal.Request(amal.Push({amal.Seal(Citizen("Amina"))}));
  session->Hear(push);
  session->Hear(amal.Request(amal.Push({amal.Seal(Citizen(std::string(100, 'x')))})));
  EXPECT_EQ(LastWord(session->SayAll()), "GO_AWAY_REASON_PROTOCOL");
}

TEST_F(ServerSessionTest, CreditComesBackWithTheAck) {
  const auto bytes = static_cast<uint32_t>(amal.Push({amal.Seal(Citizen("Amina"))}).ByteSizeLong());
  auto session = Connect({.credit_bytes = bytes + 50});
  Greet(*session);
  for (int i = 0; i < 5; ++i) {
    session->Hear(amal.Request(amal.Push({amal.Seal(Citizen("Amina"))})));
    EXPECT_FALSE(session->SayAll().empty());
  }
  EXPECT_EQ(base.Check().mutations, 5);
}

TEST_F(ServerSessionTest, ReaderThatNeverAcknowledgesGetsSoManyPagesAndNoMore) {
  SaveMany(50);
  auto session = Connect({.page_bytes = 300, .pages_in_flight = 2});
  const auto said = Greet(*session);
  ASSERT_EQ(said.size(), 3u);  // Welcome and two pages
  EXPECT_TRUE(said[2].has_page());
  EXPECT_TRUE(session->SayAll().empty());
  session->Hear(PageAck());
  EXPECT_EQ(session->SayAll().size(), 1u);
}

TEST_F(ServerSessionTest, HalfCloseWaitsForWhatWasPushed) {
  auto session = Connect();
  Greet(*session);
  session->Hear(amal.Request(amal.Push({amal.Seal(Citizen("Amina"))})));
  session->session().OnHalfClose();
  EXPECT_FALSE(session->session().NextResponse().has_value() && session->session().over());
  EXPECT_FALSE(session->session().over());
  const auto said = session->SayAll();
  ASSERT_FALSE(said.empty());
  EXPECT_TRUE(said[0].has_ack());
  EXPECT_TRUE(session->session().over());
}

TEST_F(ServerSessionTest, HalfCloseBeforeHelloIsTheEnd) {
  auto session = Connect();
  session->session().OnHalfClose();
  EXPECT_TRUE(session->SayAll().empty());
  EXPECT_TRUE(session->session().over());
}

TEST_F(ServerSessionTest, NewerSessionFencesTheOlderAndGoAwayIsItsLastWord) {
  auto older = Connect();
  Greet(*older);
  older->Hear(amal.Request(amal.Push({amal.Seal(Citizen("Amina"))})));
  auto newer = Connect();
  newer->Hear(amal.HelloRequest());
  EXPECT_TRUE(newer->SayAll()[0].has_welcome());
  EXPECT_EQ(LastWord(older->SayAll()), "GO_AWAY_REASON_FENCED");
  EXPECT_TRUE(older->session().over());
  EXPECT_EQ(base.Check().mutations, 1) << "what it handed in stands";
}

TEST_F(ServerSessionTest, NothingFollowsGoAwayThoughVerdictsComeLater) {
  auto session = Connect();
  Greet(*session);
  session->Hear(amal.Request(amal.Push({amal.Seal(Citizen("Amina"))})));
  session->session().GoAway(v1::GO_AWAY_REASON_SHUTTING_DOWN);
  const auto said = session->SayAll();  // commits first
  ASSERT_EQ(said.size(), 1u);
  EXPECT_TRUE(said[0].has_go_away());
  EXPECT_EQ(base.Check().mutations, 1);
}

TEST_F(ServerSessionTest, RecordThatCannotBeReadEndsItOnlyAfterWhatWasPushedIsAnswered) {
  SaveMany(1);
  base.SpoilRecords();
  auto session = Connect();
  session->Hear(amal.HelloRequest());
  EXPECT_TRUE(session->Say()->has_welcome());
  session->Hear(amal.Request(amal.Push({amal.Seal(Citizen("Amina"))})));
  EXPECT_FALSE(session->session().NextResponse().has_value());  // not committed yet
  EXPECT_TRUE(session->Say()->has_ack());
  EXPECT_EQ(LastWord(session->SayAll()), "GO_AWAY_REASON_INTERNAL");
}

TEST_F(ServerSessionTest, SilenceEndsItAndASignOfLifeDoesNot) {
  auto session = Connect({.silence = absl::Seconds(60)});
  Greet(*session);
  v1::SyncRequest heartbeat;
  heartbeat.mutable_heartbeat();
  for (int i = 0; i < 5; ++i) {
    clock.Advance(absl::Seconds(40));
    session->Hear(heartbeat);
    session->session().OnTick();
    EXPECT_FALSE(session->session().over());
  }
  clock.Advance(absl::Seconds(61));
  session->session().OnTick();
  EXPECT_TRUE(session->session().over());
}

TEST_F(ServerSessionTest, NewsReachAnOpenSessionOnceItIsCurrent) {
  auto session = Connect();
  const auto said = Greet(*session);
  EXPECT_TRUE(said.back().has_current());
  auto other = base.Connect(jonas.peer);
  other->Hear(jonas.HelloRequest());
  other->Hear(jonas.Request(jonas.Push({jonas.Seal(jonas.Create(Called("Bo"), area))})));
  other->SayAll();
  const auto news = session->SayAll();
  ASSERT_EQ(news.size(), 2u);
  EXPECT_EQ(news[0].page().entries_size(), 1);
  EXPECT_EQ(news[1].current().rev(), news[0].page().to_rev());
  EXPECT_EQ(news[1].current().record_count(), 1u);
}

TEST_F(ServerSessionTest, NewsWaitForWhatWasPushedWhichIsAnsweredInOneAck) {
  auto session = Connect();
  EXPECT_TRUE(Greet(*session).back().has_current());
  session->Hear(amal.Request(amal.Push({amal.Seal(Citizen("Amina"))})));
  session->Hear(amal.Request(amal.Push({amal.Seal(Citizen("Bente"))})));
  SaveMany(1);
  session->session().OnNews({area});
  EXPECT_FALSE(session->session().NextResponse().has_value());  // there is news, and a verdict is owed
  const auto said = session->SayAll();
  ASSERT_GE(said.size(), 3u);
  EXPECT_EQ(said[0].ack().verdicts_size(), 2);
  EXPECT_EQ(said[1].page().entries_size(), 3);
  EXPECT_TRUE(said[2].has_current());
}

TEST_F(ServerSessionTest, CountInCurrentIsOfItsOwnRevThoughMoreIsCommittedMeanwhile) {
  SaveMany(1);
  auto session = Connect();
  session->Hear(amal.HelloRequest());
  EXPECT_TRUE(session->Say()->has_welcome());
  EXPECT_TRUE(session->Say()->has_page());
  SaveMany(1);  // between the page and its Current
  const auto current = session->Say();
  EXPECT_EQ(current->current().rev(), 1u);
  EXPECT_EQ(current->current().record_count(), 1u);
}

TEST_F(ServerSessionTest, CursorGoesOnWhereItStoodAndAForeignEpochStartsAnewAsAnotherReplica) {
  SaveMany(3);
  v1::Cursor cursor;
  *cursor.mutable_scope() = area.ToProto();
  cursor.set_generation(1);
  cursor.set_rev(2);
  amal.cursors = {cursor};
  amal.epoch = base.store().epoch().ToBytes();
  auto session = Connect();
  auto said = Greet(*session);
  EXPECT_EQ(said[1].page().entries_size(), 1);
  EXPECT_FALSE(said[1].page().reset());
  amal.epoch = std::string(16, 'e');
  auto foreign = Connect();
  said = Greet(*foreign);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].welcome().new_replica_id().size(), 16u);
  amal.epoch.clear();  // knows no history yet: its cursors mean nothing
  auto anew = Connect();
  said = Greet(*anew);
  EXPECT_EQ(said[1].page().entries_size(), 3);
  EXPECT_TRUE(said[1].page().reset());
}

TEST_F(ServerSessionTest, WhoPushesAndNeverReadsGetsNoCreditBackAndIsSentAway) {
  const SessionLimits limits{.credit_bytes = 4096};
  auto session = Connect(limits);
  Greet(*session);
  const v1::SyncRequest again = amal.Request(amal.Push({amal.Seal(Citizen("Amina"))}));
  for (int i = 0; i < 100; ++i) {
    session->Hear(again);
    base.RunJobs();  // committed, answered; nobody takes the answer
    EXPECT_LE(session->session().held_bytes(), 2 * limits.credit_bytes);
  }
  EXPECT_EQ(LastWord(session->SayAll()), "GO_AWAY_REASON_PROTOCOL");
}

TEST_F(ServerSessionTest, WhoReadsTheAnswersMayPushForEver) {
  auto session = Connect({.credit_bytes = 4096});
  Greet(*session);
  const v1::SyncRequest again = amal.Request(amal.Push({amal.Seal(Citizen("Amina"))}));
  for (int i = 0; i < 100; ++i) {
    session->Hear(again);
    EXPECT_EQ(LastWord(session->SayAll()), "not a GoAway");
  }
}

}  // namespace
}  // namespace opgang
