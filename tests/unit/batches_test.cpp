#include "onsale/core/batches.hpp"

#include "onsale/core/box_office.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

namespace onsale::test {

using namespace std::chrono_literals;

namespace {

constexpr time_point noon{std::chrono::hours{12}};

using tags = std::vector<std::uint64_t>;

tags tags_of(const batch* sent) {
    tags result;
    if (sent == nullptr) return result;
    for (const auto& one : sent->items) {
        result.push_back(one.tag);
    }
    return result;
}

}  // namespace

class Batches : public testing::Test {
  protected:
    ~Batches() override {
        // Lanes and queues are lists of what others own: empty them first.
        for (auto* sent : {one_more(), one_more()}) {
            if (sent != nullptr) finish(*sent);
        }
        queue.expire(time_point::max(), [](purchase&) {});
    }

    batch* one_more() { return queue.next(noon); }

    purchase& add(lane& to, std::uint64_t tag, std::uint32_t quantity = 1,
                  time_point deadline = noon) {
        auto& one = purchases.emplace_back();
        one.tag = tag;
        one.quantity = quantity;
        one.deadline = deadline;
        queue.add(to, one);
        return one;
    }

    void finish(batch& sent) {
        sent.items.clear();
        queue.finish(sent);
    }

    tags expire(time_point now) {
        tags late;
        queue.expire(now, [&](purchase& one) { late.push_back(one.tag); });
        return late;
    }

    struct one_sale {
        explicit one_sale(const char* id) : shared{{id, {}}, {}, 0} {}
        sale shared;
        local_sale local{shared};
    };

    one_sale demo{"demo"};
    one_sale other{"other"};
    lane& reserve = demo.local.lane_for(errand::reserve);
    lane& look_up = demo.local.lane_for(errand::look_up);
    lane& elsewhere = other.local.lane_for(errand::reserve);
    std::deque<purchase> purchases;
    batches queue;
};

TEST_F(Batches, HaveNothingToSendAtFirst) {
    EXPECT_EQ(queue.next(noon), nullptr);
}

TEST_F(Batches, L16APurchaseLeavesAtOnceIfNoneOfItsSaleIsInFlight) {
    add(reserve, 1);
    auto* sent = queue.next(noon);
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->from, &reserve);
    EXPECT_EQ(tags_of(sent), (tags{1}));
    finish(*sent);
}

TEST_F(Batches, L16WhatArrivesMeanwhileLeavesTogetherInTheOrderOfArrival) {
    add(reserve, 1);
    auto* first = queue.next(noon);
    for (std::uint64_t tag = 2; tag <= 5; ++tag) {
        add(reserve, tag);
    }
    EXPECT_EQ(queue.next(noon), nullptr);
    finish(*first);
    auto* second = queue.next(noon);
    EXPECT_EQ(tags_of(second), (tags{2, 3, 4, 5}));
    finish(*second);
    EXPECT_EQ(queue.next(noon), nullptr);
}

TEST_F(Batches, L16HoldAtMost256Purchases) {
    for (std::uint64_t tag = 0; tag < limits::batch + 10; ++tag) {
        add(reserve, tag);
    }
    auto* first = queue.next(noon);
    EXPECT_EQ(first->items.size(), limits::batch);
    finish(*first);
    auto* second = queue.next(noon);
    EXPECT_EQ(second->items.size(), 10U);
    EXPECT_EQ(second->items.front().tag, limits::batch);
    finish(*second);
}

TEST_F(Batches, L16HoldABoundedNumberOfTickets) {
    for (std::uint64_t tag = 0; tag < 30; ++tag) {
        add(reserve, tag, limits::quantity);
    }
    auto* sent = queue.next(noon);
    EXPECT_EQ(sent->items.size(), limits::batch_tickets / limits::quantity);
    finish(*sent);
}

TEST_F(Batches, L16AtMostTwoAreInFlightAtOnce) {
    add(reserve, 1);
    add(look_up, 2);
    add(elsewhere, 3);
    auto* first = queue.next(noon);
    auto* second = queue.next(noon);
    EXPECT_EQ(tags_of(first), (tags{1}));
    EXPECT_EQ(tags_of(second), (tags{2}));
    EXPECT_EQ(queue.next(noon), nullptr);
    finish(*second);
    auto* third = queue.next(noon);
    EXPECT_EQ(tags_of(third), (tags{3}));
    finish(*first);
    finish(*third);
}

TEST_F(Batches, LanesTakeTurns) {
    for (std::uint64_t tag = 0; tag < 600; ++tag) {
        add(reserve, tag);
    }
    add(elsewhere, 1000);
    auto* first = queue.next(noon);
    finish(*first);
    auto* second = queue.next(noon);
    EXPECT_EQ(second->from, &elsewhere);
    finish(*second);
}

TEST_F(Batches, L18WhatIsPutBackGoesFirstAndKeepsItsOrder) {
    for (std::uint64_t tag = 1; tag <= 3; ++tag) {
        add(reserve, tag);
    }
    auto* sent = queue.next(noon);
    add(reserve, 4);
    sent->items.pop_front();  // answered before the connection fell silent
    queue.put_back(*sent);
    auto* again = queue.next(noon);
    EXPECT_EQ(tags_of(again), (tags{2, 3, 4}));
    finish(*again);
}

// A sale whose script fails is asked again in a moment; the others need not wait for that.
TEST_F(Batches, P8ALaneThatRestsHoldsNoOtherUp) {
    add(reserve, 1);
    add(elsewhere, 2);
    auto* failed = queue.next(noon);
    queue.put_back(*failed, noon + 50ms);
    auto* next = queue.next(noon);
    EXPECT_EQ(tags_of(next), (tags{2}));
    finish(*next);
    EXPECT_EQ(queue.next(noon + 49ms), nullptr);
    EXPECT_EQ(tags_of(queue.next(noon + 50ms)), (tags{1}));
}

// Those of a reply that came and made no sense: the next batch has left by then.
TEST_F(Batches, L18WhatComesBackLaterStandsBeforeThoseWhoWait) {
    add(reserve, 1);
    add(reserve, 2);
    auto* sent = queue.next(noon);
    purchase_queue untold;
    untold.swap(sent->items);
    finish(*sent);
    add(reserve, 3);
    auto* next = queue.next(noon);
    add(reserve, 4);
    queue.put_back(reserve, untold);
    EXPECT_EQ(queue.next(noon), nullptr) << "one of a lane is in flight";
    finish(*next);
    EXPECT_EQ(tags_of(queue.next(noon)), (tags{1, 2, 4}));
}

TEST_F(Batches, PuttingBackAnEmptyBatchIsFinishingIt) {
    add(reserve, 1);
    auto* sent = queue.next(noon);
    sent->items.clear();
    queue.put_back(*sent);
    EXPECT_EQ(queue.next(noon), nullptr);
    add(reserve, 2);
    EXPECT_EQ(tags_of(queue.next(noon)), (tags{2}));
}

TEST_F(Batches, P12ThosePastTheirDeadlineAreTakenOff) {
    add(reserve, 1, 1, noon);
    add(reserve, 2, 1, noon + 1ms);
    EXPECT_EQ(expire(noon - 1ms), tags{});
    EXPECT_EQ(expire(noon), (tags{1}));
    auto* sent = queue.next(noon);
    EXPECT_EQ(tags_of(sent), (tags{2}));
    finish(*sent);
}

TEST_F(Batches, P12ALaneWhoseLastPurchaseIsLateHasNothingToSend) {
    add(reserve, 1);
    add(elsewhere, 2, 1, noon + 1s);
    EXPECT_EQ(expire(noon), (tags{1}));
    EXPECT_EQ(tags_of(queue.next(noon)), (tags{2}));
    EXPECT_EQ(queue.next(noon), nullptr);
}

TEST_F(Batches, P12ThoseWaitingBehindABatchInFlightAreLateTooAndThoseInItAreNot) {
    add(reserve, 1);
    auto* sent = queue.next(noon);
    add(reserve, 2);
    add(reserve, 3, 1, noon + 1s);
    EXPECT_EQ(expire(noon), (tags{2}));
    EXPECT_EQ(tags_of(sent), (tags{1}));
    queue.put_back(*sent);
    EXPECT_EQ(tags_of(queue.next(noon)), (tags{1, 3}));
}

// A purchase that was looked up first joins its lane late, behind others with more time left.
TEST_F(Batches, P12ThoseBehindOthersWithMoreTimeAreFoundToo) {
    add(reserve, 1, 1, noon + 1s);
    add(reserve, 2, 1, noon);
    add(reserve, 3, 1, noon + 2s);
    EXPECT_EQ(expire(noon), (tags{2}));
    EXPECT_EQ(tags_of(queue.next(noon)), (tags{1, 3}));
}

}  // namespace onsale::test
