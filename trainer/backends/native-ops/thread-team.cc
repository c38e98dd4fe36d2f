#include "thread-team.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <vector>

namespace mixprop {
namespace {

int count_threads() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  int count = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  if (const char* limit = std::getenv("TF_NUM_INTRAOP_THREADS")) {
    const int threads = std::atoi(limit);
    if (threads > 0) count = std::min(count, threads);
  }
  return std::max(1, count);
}

// The C++ library's condition variables would need a newer version of it at run time.
class Lock {
 public:
  explicit Lock(pthread_mutex_t& mutex) : mutex_(mutex) { pthread_mutex_lock(&mutex_); }
  ~Lock() { pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t& mutex_;
};

// Workers wait for the next generation of work. They are never joined: they end with the process.
class Team {
 public:
  explicit Team(int size) : size_(size) {
    for (int member = 1; member < size; member++) {
      try {
        std::thread([this, member] { serve(member); }).detach();
      } catch (const std::system_error&) {
        // Fewer threads than asked for: this one's share falls to the caller.
        missing_.push_back(member);
      }
    }
  }

  void share(const std::function<void(int)>& work) {
    // Two ops at once: one after the other.
    Lock turn(turn_);
    {
      Lock lock(mutex_);
      work_ = &work;
      open_ = size_ - 1 - static_cast<int>(missing_.size());
      generation_++;
      pthread_cond_broadcast(&begun_);
    }
    work(0);
    for (const int member : missing_) work(member);
    Lock lock(mutex_);
    while (open_ > 0) pthread_cond_wait(&done_, &mutex_);
  }

 private:
  void serve(int member) {
    unsigned long seen = 0;
    for (;;) {
      const std::function<void(int)>* work;
      {
        Lock lock(mutex_);
        while (generation_ == seen) pthread_cond_wait(&begun_, &mutex_);
        seen = generation_;
        work = work_;
      }
      (*work)(member);
      Lock lock(mutex_);
      if (--open_ == 0) pthread_cond_signal(&done_);
    }
  }

  const int size_;
  std::vector<int> missing_;
  pthread_mutex_t turn_ = PTHREAD_MUTEX_INITIALIZER, mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t begun_ = PTHREAD_COND_INITIALIZER, done_ = PTHREAD_COND_INITIALIZER;
  const std::function<void(int)>* work_ = nullptr;
  unsigned long generation_ = 0;
  int open_ = 0;
};

}  // namespace

int team_size() {
  static const int size = count_threads();
  return size;
}

void share(const std::function<void(int)>& work) {
  // Never destroyed: the workers use it until the process ends.
  static Team& team = *new Team(team_size());
  team.share(work);
}

}  // namespace mixprop
