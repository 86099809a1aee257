// What one session may cost the base, and what it owes every scope: turns, credit, repair, fences (I5, I15, I18).
#include <map>

#include "tests/base/base_story.h"

namespace opgang {
namespace {

class SessionLimitsTest : public BaseStory {
 protected:
  SessionLimitsTest() : other(AreaScope(base.Area("Nabolund"))) {
    for (const char* staff : {"amal", "jonas"}) base.Grant(staff, other);
  }
  std::shared_ptr<BaseSession> Connect(SessionLimits limits = {}) { return base.Connect(amal.peer, limits); }
  v1::Welcome Greet(BaseSession& session) {
    session.Hear(amal.HelloRequest());
    const v1::Welcome welcome = session.Say()->welcome();
    amal.Heed(welcome);
    return welcome;
  }
  void SaveMany(int count, const Scope& scope, size_t bytes = 100) {
    std::vector<v1::SealedMutation> many;
    for (int i = 0; i < count; ++i)
      many.push_back(jonas.Seal(jonas.Create(Called(std::string(bytes, 'n')), scope)));
    jonas.Commit(many);
  }
  static v1::SyncRequest PageAck(uint32_t count = 1) {
    v1::SyncRequest request;
    request.mutable_page_ack()->set_page_count(count);
    return request;
  }
  // All acknowledged at once, to the end.
  std::vector<v1::SyncResponse> Drain(BaseSession& session) {
    std::vector<v1::SyncResponse> all;
    while (auto response = session.Say()) {
      if (response->has_page() || response->has_leaf_content()) session.Hear(PageAck());
      all.push_back(*std::move(response));
    }
    return all;
  }
  static v1::SyncRequest NothingHere(const Scope& scope) {
    v1::SyncRequest request;
    *request.mutable_leaf_sums()->mutable_scope() = scope.ToProto();
    return request;
  }
  v1::SyncRequest PushOf(int count, size_t bytes) {
    std::vector<v1::SealedMutation> many;
    for (int i = 0; i < count; ++i) many.push_back(amal.Seal(Citizen(std::string(bytes, 'x'))));
    return amal.Request(amal.Push(many));
  }
  static bool SaysGoAway(BaseSession& session, v1::GoAwayReason reason) {
    for (const auto& response : session.SayAll()) {
      if (response.has_go_away()) return response.go_away().reason() == reason;
    }
    return false;
  }

  Scope other;
};

TEST_F(SessionLimitsTest, ScopesAreServedInTurnAndNewsOfASmallOneDoNotWaitForALargeOne) {
  SaveMany(200, area);
  auto session = Connect({.page_bytes = 1000, .pages_in_flight = 1});
  Greet(*session);
  Drain(*session);
  SaveMany(200, area);
  base.Announce({area});
  EXPECT_EQ(Scope::FromProto(session->Say()->page().scope()), area);
  SaveMany(1, other);
  base.Announce({other});
  for (int waited = 0;; ++waited) {
    session->Hear(PageAck());
    const auto next = session->Say();
    ASSERT_TRUE(next.has_value());
    if (next->has_page() && Scope::FromProto(next->page().scope()) == other) break;
    ASSERT_LT(waited, 2) << "a page or two of the large scope, not all of it";
  }
}

TEST_F(SessionLimitsTest, TwoLargeScopesAlternatePageByPage) {
  SaveMany(50, area);
  SaveMany(50, other);
  auto session = Connect({.page_bytes = 1000});
  Greet(*session);
  std::vector<Scope> order;
  for (const auto& response : Drain(*session)) {
    if (response.has_page()) order.push_back(*Scope::FromProto(response.page().scope()));
  }
  for (size_t i = 0; i + 1 < 10; ++i) EXPECT_NE(order[i], order[i + 1]) << i;
}

TEST_F(SessionLimitsTest, VerdictsGoBeforeThePagesOfALargeScope) {
  SaveMany(200, area);
  auto session = Connect({.page_bytes = 1000});
  Greet(*session);
  EXPECT_TRUE(session->Say()->has_page());
  session->Hear(PushOf(1, 20));
  EXPECT_TRUE(session->Say()->has_ack());
}

TEST_F(SessionLimitsTest, ReaderOfZeroSpeedCostsTheBaseItsCreditAndNoPage) {
  SaveMany(500, area);
  constexpr uint32_t kCredit = 64 * 1024;
  auto session = Connect({.credit_bytes = kCredit});
  session->Hear(amal.HelloRequest());
  base.RunJobs();  // greeted; nothing is ever read from here on
  size_t pushed = 0, most = 0;
  while (!session->session().over() && pushed < 10 * kCredit) {
    const v1::SyncRequest push = PushOf(20, 40);
    pushed += push.ByteSizeLong();
    session->Hear(push);
    base.RunJobs();  // committed and answered, and the answer is not taken
    session->Hear(NothingHere(area));
    most = std::max(most, session->session().held_bytes());
    if (base.Check().mutations > 500 + static_cast<int64_t>(kCredit / 100)) break;
  }
  EXPECT_LE(most, kCredit + 2048u) << "credit, and a Welcome";
  EXPECT_GT(pushed, kCredit);
  EXPECT_TRUE(SaysGoAway(*session, v1::GO_AWAY_REASON_PROTOCOL)) << "it pushed beyond its credit";
}

TEST_F(SessionLimitsTest, TinyMutationsCostWhatTheirVerdictsWill) {
  auto session = Connect({.credit_bytes = 64 * 1000});
  session->Hear(amal.HelloRequest());
  base.RunJobs();
  v1::Push push;
  for (uint64_t seq = 1; seq <= 900; ++seq) push.add_mutations()->set_seq(seq);
  session->Hear(amal.Request(push));
  base.RunJobs();
  EXPECT_LE(session->session().held_bytes(), 64 * 1000u);
  session->Hear(amal.Request(push));
  EXPECT_TRUE(SaysGoAway(*session, v1::GO_AWAY_REASON_PROTOCOL));
}

TEST_F(SessionLimitsTest, PushesOfNothingBeforeTheGreetingCostCreditToo) {
  auto session = Connect({.credit_bytes = 6400});
  session->Hear(amal.HelloRequest());
  for (int i = 0; i < 100; ++i) session->Hear(amal.Request(v1::Push()));
  session->Hear(amal.Request(v1::Push()));
  EXPECT_TRUE(SaysGoAway(*session, v1::GO_AWAY_REASON_PROTOCOL));
}

TEST_F(SessionLimitsTest, ManySmallPushesBeforeTheGreetingAreAllTaken) {
  auto session = Connect();
  session->Hear(amal.HelloRequest());
  for (int i = 0; i < 40; ++i) session->Hear(PushOf(1, 20));
  Drain(*session);
  EXPECT_EQ(base.Check().mutations, 40);
}

TEST_F(SessionLimitsTest, CreditComesBackOnlyWhenTheAckHasLeft) {
  const v1::SyncRequest push = PushOf(4, 50);
  auto session = Connect({.credit_bytes = static_cast<uint32_t>(push.push().ByteSizeLong()) + 50});
  Greet(*session);
  session->Hear(push);
  base.RunJobs();  // answered, and the answer waits
  auto impatient = push;
  session->Hear(impatient);
  EXPECT_TRUE(SaysGoAway(*session, v1::GO_AWAY_REASON_PROTOCOL));
}

TEST_F(SessionLimitsTest, PushOverTheLargestMessageBreaksTheProtocol) {
  auto session = Connect();
  Greet(*session);
  v1::Push push;
  push.add_mutations()->set_sealed_payload(std::string(257 * 1024, 'x'));
  session->Hear(amal.Request(push));
  EXPECT_TRUE(SaysGoAway(*session, v1::GO_AWAY_REASON_PROTOCOL));
  EXPECT_EQ(base.Check().mutations, 0);
}

TEST_F(SessionLimitsTest, LargeAnswerIsToldInSeveralAcksAndEachVerdictOnce) {
  auto session = Connect();
  Greet(*session);
  v1::Push push;
  for (uint64_t seq = 1; seq <= 2500; ++seq) push.add_mutations()->set_seq(seq);
  session->Hear(amal.Request(push));
  std::vector<uint64_t> told;
  int acks = 0;
  for (const auto& response : Drain(*session)) {
    acks += response.has_ack() ? 1 : 0;
    EXPECT_LE(response.ByteSizeLong(), 256u * 1024);
    for (const auto& verdict : response.ack().verdicts()) told.push_back(verdict.seq());
  }
  EXPECT_EQ(acks, 3);
  EXPECT_EQ(told.size(), 2500u);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
}

TEST_F(SessionLimitsTest, FirstPagesAreSmallUntilTheLineIsKnown) {
  SaveMany(600, area);
  auto session = Connect();
  Greet(*session);
  size_t ahead = 0;
  while (const auto response = session->Say()) ahead += response->ByteSizeLong();
  EXPECT_GT(ahead, 8u * 1024);
  EXPECT_LT(ahead, 40u * 1024);
  clock.Advance(absl::Milliseconds(10));
  session->Hear(PageAck(2));
  size_t next = 0;
  while (const auto response = session->Say()) next += response->ByteSizeLong();
  EXPECT_GT(next, 2 * ahead) << "a fast line gets more at once";
}

TEST_F(SessionLimitsTest, RepairWaitsForRoomAndEndsWithCurrent) {
  SaveMany(300, area);
  auto session = Connect({.pages_in_flight = 2});
  Greet(*session);
  Drain(*session);
  session->Hear(NothingHere(area));
  const auto first = session->SayAll();
  EXPECT_EQ(first.size(), 2u) << "no more than may be under way";
  for (const auto& response : first) EXPECT_TRUE(response.has_leaf_content());
  session->Hear(PageAck(2));
  const auto rest = Drain(*session);
  size_t records = 0;
  for (const auto* part : {&first, &rest}) {
    for (const auto& response : *part) {
      records += static_cast<size_t>(response.leaf_content().entries_size());
      EXPECT_LE(response.ByteSizeLong(), 256u * 1024);
    }
  }
  EXPECT_EQ(records, 300u);
  EXPECT_TRUE(rest.back().current().answers_leaf_sums());
  EXPECT_EQ(rest.back().current().record_count(), 300u);
}

TEST_F(SessionLimitsTest, SumInCurrentIsOfItsOwnRevThoughMoreIsCommittedBetweenThePages) {
  SaveMany(30, area);
  auto session = Connect({.page_bytes = 700});
  const v1::Welcome welcome = Greet(*session);
  const auto& grants = welcome.grants();
  const auto grant = std::find_if(grants.begin(), grants.end(), [&](const v1::Grant& one) {
    return Scope::FromProto(one.scope()) == area;
  });
  ASSERT_NE(grant, grants.end());
  const SecretBytes key(grant->sum_key());
  std::map<std::string, Sum128> rows;
  int compared = 0;
  for (int step = 0; auto response = session->Say(); ++step) {
    for (const auto& entry : response->page().entries()) {
      if (Scope::FromProto(response->page().scope()) != area) continue;
      rows[entry.record_id()] = RowSum(
          key, {entry.record_id(), entry.record_type(), entry.rev(), entry.subject_id(), entry.record()});
    }
    if (response->has_page()) session->Hear(PageAck());
    if (step < 20) SaveMany(1, area);  // between any two messages; told every third time
    if (step % 3 == 0) base.Announce({area});
    if (!response->has_current() || Scope::FromProto(response->current().scope()) != area) continue;
    RowTally tally;
    for (const auto& [id, sum] : rows) tally.Add(sum);
    EXPECT_EQ(response->current().record_count(), tally.count);
    EXPECT_EQ(response->current().sum(), tally.sum.ToBytes());
    ++compared;
  }
  EXPECT_GT(compared, 1);
}

TEST_F(SessionLimitsTest, SumsThatAgreeAreAnsweredByCurrentAlone) {
  SaveMany(10, area);
  auto session = Connect();
  Greet(*session);
  Drain(*session);
  v1::SyncRequest sums = NothingHere(area);
  const LeafTallies ours = base.reader().ReadLeafSums(area).value();
  for (int leaf = 0; leaf < kLeafCount; ++leaf) {
    v1::LeafSum& sum = *sums.mutable_leaf_sums()->add_leaves();
    sum.set_leaf(static_cast<uint32_t>(leaf));
    sum.set_count(ours[leaf].count);
    sum.set_sum(ours[leaf].sum.ToBytes());
  }
  session->Hear(sums);
  auto answer = Drain(*session);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_TRUE(answer[0].current().answers_leaf_sums());
  sums.mutable_leaf_sums()->mutable_leaves(ours.size() / 2)->set_count(77);
  session->Hear(sums);
  answer = Drain(*session);
  ASSERT_EQ(answer.size(), 2u);
  EXPECT_EQ(answer[0].leaf_content().leaf(), ours.size() / 2);
}

TEST_F(SessionLimitsTest, RepairNeverTellsWhatIsNewerThanThePages) {
  std::vector<Draft> citizens;
  for (int i = 0; i < 40; ++i) citizens.push_back(Citizen("Citizen"));
  for (const Draft& citizen : citizens) amal.Commit(citizen);
  auto session = Connect();
  Greet(*session);
  Drain(*session);
  session->Hear(NothingHere(area));
  uint64_t position = base.reader().NewestRev().value();
  size_t later = 0;
  for (size_t i = 0; auto response = session->Say(); ++i) {
    if (!response->has_leaf_content()) continue;
    session->Hear(PageAck());
    for (const auto& entry : response->leaf_content().entries()) EXPECT_LE(entry.rev(), position);
    later += static_cast<size_t>(response->leaf_content().later_record_ids_size());
    const Draft& changed = citizens[i % citizens.size()];  // committed, and the session has not heard of it
    amal.Commit(amal.Patch(changed, Called("Changed"), {changed.intent()}));
  }
  EXPECT_GT(later, 0u);
}

TEST_F(SessionLimitsTest, SumsOfAForeignScopeOrThatAreNoneBreakTheProtocol) {
  v1::SyncRequest foreign = NothingHere(AreaScope(base.Area("Elsewhere")));
  v1::SyncRequest no_leaf = NothingHere(area), no_sum = NothingHere(area);
  no_leaf.mutable_leaf_sums()->add_leaves()->set_leaf(256);
  no_leaf.mutable_leaf_sums()->mutable_leaves(0)->set_sum(std::string(16, 's'));
  no_sum.mutable_leaf_sums()->add_leaves()->set_sum("short");
  for (const v1::SyncRequest& request : {foreign, no_leaf, no_sum}) {
    auto session = Connect();
    Greet(*session);
    session->Hear(request);
    EXPECT_TRUE(SaysGoAway(*session, v1::GO_AWAY_REASON_PROTOCOL));
  }
}

TEST_F(SessionLimitsTest, SumKeysGoToReadersOnlyAndAreNotAlikeInTwoScopes) {
  base.Grant("amal", other, v1::GRANT_MODE_WRITE_ONLY);
  auto session = Connect();
  const v1::Welcome welcome = Greet(*session);
  ASSERT_EQ(welcome.grants_size(), 2);
  for (const v1::Grant& grant : welcome.grants()) {
    const bool reads = grant.mode() != v1::GRANT_MODE_WRITE_ONLY;
    EXPECT_EQ(grant.sum_key().size(), reads ? 32u : 0u);
  }
  EXPECT_NE(base.store().Grants("amal").value()[0].sum_key.Reveal(),
            base.store().Grants("amal").value()[1].sum_key.Reveal());
  amal.locked = true;
  auto locked = Connect();
  EXPECT_TRUE(Greet(*locked).grants().empty());
}

TEST_F(SessionLimitsTest, LateMessagesOfAFencedStreamDoNothing) {
  auto older = Connect();
  Greet(*older);
  const v1::SyncRequest late = amal.Request(amal.Push({amal.Seal(Citizen("Late"))}));
  auto newer = Connect();
  Greet(*newer);
  Drain(*newer);
  older->Hear(late);
  older->Hear(PageAck());
  older->Hear(NothingHere(area));
  const auto said = older->SayAll();
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(said.back().go_away().reason(), v1::GO_AWAY_REASON_FENCED);
  older->Hear(late);
  EXPECT_TRUE(older->SayAll().empty());
  EXPECT_TRUE(older->session().over());
  EXPECT_EQ(base.Check().mutations, 0);
  newer->Hear(late);
  EXPECT_TRUE(newer->Say()->has_ack()) << "the newer one goes on";
  EXPECT_EQ(base.Check().mutations, 1);
}

TEST_F(SessionLimitsTest, HeartbeatGoesOutWhenNothingElseDoes) {
  auto session = Connect({.heartbeat = absl::Seconds(10)});
  Greet(*session);
  Drain(*session);
  clock.Advance(absl::Seconds(9));
  session->session().OnTick();
  EXPECT_TRUE(session->SayAll().empty());
  clock.Advance(absl::Seconds(1));
  session->session().OnTick();
  const auto said = session->SayAll();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_TRUE(said[0].has_heartbeat());
}

TEST_F(SessionLimitsTest, PushOfJustTheLargestSizeIsTakenAndOneByteMoreIsNot) {
  constexpr size_t kMost = 256 * 1024;
  for (const size_t beyond : {0, 1}) {
    v1::Push push = PushOf(1, 20).push();
    std::string& padding = *push.add_mutations()->mutable_sealed_payload();
    padding.assign(kMost - 100, 'x');
    padding.resize(padding.size() + kMost + beyond - push.ByteSizeLong());
    ASSERT_EQ(push.ByteSizeLong(), kMost + beyond);
    auto session = Connect({.credit_bytes = 1 << 20});
    Greet(*session);
    session->Hear(amal.Request(push));
    EXPECT_EQ(SaysGoAway(*session, v1::GO_AWAY_REASON_PROTOCOL), beyond == 1);
  }
}

}  // namespace
}  // namespace opgang
