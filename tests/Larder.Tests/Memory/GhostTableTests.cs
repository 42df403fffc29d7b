using Larder.Memory;

namespace Larder.Tests.Memory;

/// <summary>The fingerprints of keys that were evicted lately.</summary>
public sealed class GhostTableTests
{
    [Fact]
    public void A_key_is_remembered_until_it_is_asked_for()
    {
        var ghosts = new GhostTable();
        ghosts.EnsureCapacity(8);
        ghosts.Add(0x12345678);

        Assert.True(ghosts.Remove(0x12345678));
        Assert.False(ghosts.Remove(0x12345678));
    }

    [Fact]
    public void A_table_that_is_large_enough_forgets_nothing_and_one_that_grows_forgets_all()
    {
        var ghosts = new GhostTable();
        ghosts.EnsureCapacity(8);
        ghosts.Add(0x12345678);
        ghosts.EnsureCapacity(8);
        ghosts.EnsureCapacity(7);
        Assert.True(ghosts.Remove(0x12345678));

        ghosts.Add(0x12345678);
        ghosts.EnsureCapacity(16);
        Assert.False(ghosts.Remove(0x12345678));
    }

    [Fact]
    public void Without_room_nothing_is_remembered()
    {
        var ghosts = new GhostTable();
        ghosts.Add(0x12345678);

        Assert.False(ghosts.Remove(0x12345678));
    }
}
