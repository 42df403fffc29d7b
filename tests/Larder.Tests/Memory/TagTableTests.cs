using Larder.Memory;

namespace Larder.Tests.Memory;

/// <summary>What the table of tags may forget, and what it may not while a load that began earlier is under way.</summary>
public sealed class TagTableTests
{
    private readonly TagTable _table = new();

    [Fact]
    public void A_tag_that_nothing_refers_to_is_forgotten()
    {
        _table.Invalidate("tag", isLazy: false);
        _table.Sweep(oldestLoad: _table.Clock);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void A_tag_that_an_entry_refers_to_is_kept()
    {
        var held = _table.Acquire(["tag"]);
        _table.Sweep(oldestLoad: _table.Clock);
        Assert.Equal(1, _table.Count);

        TagTable.Release(held);
        _table.Sweep(oldestLoad: _table.Clock);
        Assert.Equal(0, _table.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_invalidation_is_kept_while_a_load_that_began_before_it_is_under_way(bool isLazy)
    {
        var began = _table.Clock;
        _table.Invalidate("tag", isLazy);
        _table.Sweep(oldestLoad: began);

        var tags = _table.Acquire(["tag"]);
        Assert.Equal(!isLazy, !TagTable.AreValid(tags, began));
        Assert.Equal(isLazy, TagTable.AreStale(tags, began));
        Assert.True(TagTable.AreValid(tags, _table.Clock) && !TagTable.AreStale(tags, _table.Clock));
    }

    [Fact]
    public async Task A_sweep_at_the_same_time_loses_no_invalidation()
    {
        var isOver = false;
        var sweeps = Task.Run(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                _table.Sweep(oldestLoad: 0);
            }
        });

        var lost = 0;
        for (var i = 0; i < 50_000; i++)
        {
            // Known, and forgettable until it is invalidated.
            string[] name = [$"tag:{i % 1_000}:{i / 1_000}"];
            TagTable.Release(_table.Acquire(name));
            _table.Invalidate(name[0], isLazy: false);
            var tags = _table.Acquire(name);
            lost += TagTable.AreValid(tags, stamp: 0) ? 1 : 0;
            TagTable.Release(tags);
            if (_table.Count > 1_000)
            {
                _table.Sweep(oldestLoad: _table.Clock);
            }
        }

        Volatile.Write(ref isOver, true);
        await sweeps;
        Assert.Equal(0, lost);
        Assert.All(_table.All, tag => Assert.Equal(0, tag.References));
    }
}
