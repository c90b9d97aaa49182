#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

namespace onsale::bench {

/// Lets so many in at a time, and whoever came first is next: with a plain lock the one who leaves
/// is often the next to enter, and the others starve behind a median that looks good. Any thread.
class turnstile {
  public:
    explicit turnstile(std::size_t places) : free_{places} {}

    void enter() {
        std::unique_lock lock{mutex_};
        if (free_ > 0) {
            --free_;
            return;
        }
        waiter mine;
        waiting_.push_back(&mine);
        mine.called.wait(lock, [&] { return mine.may_enter; });
    }

    void leave() {
        const std::scoped_lock lock{mutex_};
        if (waiting_.empty()) {
            ++free_;
            return;
        }
        auto& next = *waiting_.front();
        waiting_.pop_front();
        next.may_enter = true;
        next.called.notify_one();  // within the lock: it must not be gone before this
    }

  private:
    struct waiter {
        std::condition_variable called;
        bool may_enter = false;
    };

    std::mutex mutex_;
    std::size_t free_;
    std::deque<waiter*> waiting_;
};

}  // namespace onsale::bench
