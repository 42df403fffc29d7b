using Larder.Testing;

namespace Larder.Tests.Time;

/// <summary>The clock that tests move.</summary>
public sealed class FakeTimeProviderTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Time_does_not_go_back_when_a_timer_moves_it_further()
    {
        using var timer = _clock.CreateTimer(_ => _clock.Advance(TimeSpan.FromSeconds(10)), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(TimeSpan.FromSeconds(11).Ticks, _clock.GetTimestamp());
    }

    [Fact]
    public void Timers_fire_in_the_order_in_which_they_are_due_and_see_that_time()
    {
        var fired = new List<(string Timer, long At)>();
        using var second = _clock.CreateTimer(_ => fired.Add(("second", _clock.GetTimestamp())), null, TimeSpan.FromTicks(2), Timeout.InfiniteTimeSpan);
        using var first = _clock.CreateTimer(_ => fired.Add(("first", _clock.GetTimestamp())), null, TimeSpan.FromTicks(1), TimeSpan.FromTicks(2));

        _clock.Advance(TimeSpan.FromTicks(4));

        Assert.Equal([("first", 1), ("second", 2), ("first", 3)], fired);
    }
}
