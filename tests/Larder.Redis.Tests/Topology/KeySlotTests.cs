using System.Text;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Topology;

namespace Larder.Redis.Tests.Topology;

public sealed class KeySlotTests(SharedServers servers)
{
    [Theory]
    [InlineData("123456789", 0x31C3)] // The check value of CRC16/XMODEM, which the specification gives too.
    [InlineData("", 0)]
    [InlineData("foo", 12182)]
    [InlineData("bar", 5061)]
    [InlineData("{user1000}.following", 3443)]
    [InlineData("{user1000}.followers", 3443)]
    public void Known_keys_have_their_known_slots(string key, int slot) => Assert.Equal(slot, Of(key));

    [Theory]
    [InlineData("{foo}", "foo")]
    [InlineData("a{foo}b", "foo")]
    [InlineData("{a}{b}", "a")]
    [InlineData("foo{{bar}}zap", "{bar")]
    [InlineData("foo{bar}{zap}", "bar")]
    [InlineData("}{foo}", "foo")]
    public void The_hash_tag_stands_for_the_key(string key, string tag) => Assert.Equal(Of(tag), Of(key));

    [Theory]
    [InlineData("foo{}{bar}")]
    [InlineData("{}")]
    [InlineData("{}foo")]
    [InlineData("foo{bar")]
    [InlineData("foo}bar")]
    [InlineData("}foo{")]
    public void A_key_without_a_hash_tag_stands_for_itself(string key)
    {
        // A tag that holds the whole key; braces in it would end it.
        Assert.NotEqual(Of("bar"), Of(key));
        Assert.Equal(Crc16(Encoding.UTF8.GetBytes(key)) % 16384, Of(key));
    }

    [Fact]
    public async Task The_servers_count_as_this_client_does()
    {
        var cluster = await servers.Cluster.GetAsync();
        using var connection = await cluster.Nodes[0].ConnectAsync();
        var random = new Random(1);
        string[] pieces = ["{", "}", "a", "bc", "ü", "😀", " ", "\0", "{}", "{x}"];
        for (var i = 0; i < 300; i++)
        {
            var key = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)]));
            Assert.Equal((long)(await connection.CommandAsync("CLUSTER", "KEYSLOT", key))!, Of(key));
        }
    }

    [Fact]
    public void Finding_the_slot_allocates_nothing()
    {
        var key = "products:{user1000}:following"u8.ToArray();
        KeySlot.Of(key);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            KeySlot.Of(key);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static int Of(string key) => KeySlot.Of(Encoding.UTF8.GetBytes(key));

    private static int Crc16(byte[] bytes)
    {
        var crc = 0;
        foreach (var single in bytes)
        {
            crc ^= single << 8;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? ((crc << 1) ^ 0x1021) & 0xFFFF : crc << 1;
            }
        }

        return crc;
    }
}
