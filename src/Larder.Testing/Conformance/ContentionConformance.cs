using System.Collections.Concurrent;

namespace Larder.Testing.Conformance;

/// <summary>Operations on one entry from many sides at once: each is one step.</summary>
internal sealed class ContentionConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private const int Callers = 8;
    private const int Rounds = 250;

    [Ledger(69)]
    public async Task Increments_add_up()
    {
        await Contention.RunAsync(Callers, async caller =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                await Cache.IncrementAsync("key", caller + 1);
            }
        });

        Expect.Equal(Rounds * Callers * (Callers + 1) / 2, (await Cache.GetAsync<long>("key")).Value);
    }

    public async Task Every_increment_returns_a_sum_of_its_own()
    {
        var sums = new ConcurrentBag<long>();
        await Contention.RunAsync(Callers, async _ =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                sums.Add(await Cache.IncrementAsync("key"));
            }
        });

        Expect.True(sums.Order().SequenceEqual(Enumerable.Range(1, Callers * Rounds).Select(sum => (long)sum)), "the sums are 1, 2, 3 and so on");
    }

    public async Task Increments_and_decrements_cancel_out()
    {
        await Contention.RunAsync(Callers, async caller =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                await (caller % 2 == 0 ? Cache.IncrementAsync("key", 3) : Cache.DecrementAsync("key", 3));
            }
        });

        Expect.Equal(0, (await Cache.GetAsync<long>("key")).Value);
    }

    [Ledger(61)]
    public async Task Exactly_one_of_many_adds_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = $"key:{round}";
            var winners = new ConcurrentBag<int>();
            await Contention.RunAsync(50, async caller =>
            {
                if (await Cache.AddAsync(key, caller))
                {
                    winners.Add(caller);
                }
            });

            Expect.Equal(1, winners.Count);
            Expect.Equal(winners.Single(), (await Cache.GetAsync<int>(key)).Value);
        }
    }

    [Ledger(63)]
    public async Task Exactly_one_of_many_compare_and_sets_of_one_version_wins()
    {
        await Cache.SetAsync("key", -1);
        for (var round = 0; round < 50; round++)
        {
            var version = (await Cache.GetAsync<int>("key")).Version;
            var winners = new ConcurrentBag<int>();
            await Contention.RunAsync(Callers, async caller =>
            {
                if (await Cache.CompareAndSetAsync("key", caller, version))
                {
                    winners.Add(caller);
                }
            });

            Expect.Equal(1, winners.Count);
            Expect.Equal(winners.Single(), (await Cache.GetAsync<int>("key")).Value);
        }
    }

    public async Task Exactly_one_of_many_compare_and_removes_wins()
    {
        for (var round = 0; round < 50; round++)
        {
            await Cache.SetAsync("key", round);
            var version = (await Cache.GetAsync<int>("key")).Version;
            var removed = 0;
            await Contention.RunAsync(Callers, async _ =>
            {
                if (await Cache.CompareAndRemoveAsync("key", version))
                {
                    Interlocked.Increment(ref removed);
                }
            });

            Expect.Equal(1, removed);
        }
    }

    public async Task Exactly_one_of_many_removes_finds_the_entry()
    {
        for (var round = 0; round < 50; round++)
        {
            await Cache.SetAsync("key", round);
            var removed = 0;
            await Contention.RunAsync(Callers, async _ =>
            {
                if (await Cache.RemoveAsync("key"))
                {
                    Interlocked.Increment(ref removed);
                }
            });

            Expect.Equal(1, removed);
        }
    }

    [Ledger(62)]
    [LedgerFault(3)]
    public async Task Exchanges_hand_every_value_on_exactly_once()
    {
        var handed = new ConcurrentBag<int>();
        await Contention.RunAsync(Callers, async caller =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                var previous = await Cache.ExchangeAsync("key", (caller * Rounds) + i);
                if (previous.HasValue)
                {
                    handed.Add(previous.Value);
                }
            }
        });
        handed.Add((await Cache.GetAsync<int>("key")).Value);

        Expect.True(handed.Order().SequenceEqual(Enumerable.Range(0, Callers * Rounds)), "every value is handed on once");
    }

    [Ledger(63)]
    public async Task Updates_lose_nothing()
    {
        await Contention.RunAsync(Callers, async _ =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                await Cache.UpdateAsync<int>("key", static current => current.GetValueOrDefault(0) + 1);
            }
        });

        Expect.Equal(Callers * Rounds, (await Cache.GetAsync<int>("key")).Value);
    }

    public async Task Reads_and_sets_of_one_key_never_see_a_mixture()
    {
        await Cache.SetAsync("key", Sample(0));
        await Contention.RunAsync(Callers, async caller =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                if (caller % 2 == 0)
                {
                    await Cache.SetAsync("key", Sample(i));
                    continue;
                }

                var read = (await Cache.GetAsync<SampleRecord>("key")).Value;
                Expect.Equal(Sample(read.Id), read);
            }
        });

        static SampleRecord Sample(int id) => new(id, $"name {id}", id / 10m, DateTimeOffset.UnixEpoch.AddDays(id), SampleKind.Small);
    }

    [Ledger(75)]
    public async Task Writes_of_different_keys_at_once_are_all_kept()
    {
        await Contention.RunAsync(Callers, async caller =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                await Cache.SetAsync($"{caller}:{i}", (caller * Rounds) + i);
            }
        });

        Expect.Equal(Callers * Rounds, await Cache.CountAsync());
        for (var number = 0; number < Callers * Rounds; number++)
        {
            Expect.Equal(number, (await Cache.GetAsync<int>($"{number / Rounds}:{number % Rounds}")).Value);
        }
    }

    [Ledger(75)]
    public async Task Writers_and_removers_of_many_keys_leave_what_was_written_last()
    {
        await Contention.RunAsync(Callers, async caller =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                var key = $"{caller}:{i % 10}";
                await Cache.SetAsync(key, i);
                Expect.Equal(i, (await Cache.GetAsync<int>(key)).Value);
                Expect.True(await Cache.RemoveAsync(key));
                Expect.False(await Cache.ExistsAsync(key));
                await Cache.SetAsync(key, -i);
            }
        });

        Expect.Equal(Callers * 10, await Cache.CountAsync());
        Expect.Equal(-(Rounds - 1), (await Cache.GetAsync<int>($"0:{(Rounds - 1) % 10}")).Value);
    }
}
