using System.Collections.Concurrent;
using Larder.Testing;
using Larder.Tests.Loading;
using Larder.Writing;

namespace Larder.Tests.Writing;

/// <summary>Removals that the tier failed to do at first.</summary>
public sealed class LateRemovalTests
{
    [Fact]
    public async Task A_removal_that_fails_every_time_does_not_hold_up_the_others()
    {
        var clock = new FakeTimeProvider();
        var removed = new ConcurrentQueue<string>();
        using var late = new LateRemovals(
            key =>
            {
                if (key == "bad")
                {
                    throw new IOException("no");
                }

                removed.Enqueue(key);
                return default;
            },
            clock);

        late.Add("bad");
        late.Add("good");

        await Soon.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(250));
            return !removed.IsEmpty;
        });
        Assert.Equal("good", Assert.Single(removed));
    }
}
