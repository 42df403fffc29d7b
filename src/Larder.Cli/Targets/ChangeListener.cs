using System.Text;
using System.Threading.Channels;
using Larder.Redis.Connections;
using Larder.Redis.Tier;
using Larder.Redis.Tracking;

namespace Larder.Cli.Targets;

/// <summary>Hears what Redis tells of the keys of a cache, and hands on what people know: entries and tags, and no records of the library's own.</summary>
internal sealed class ChangeListener(string prefix, TimeProvider time, ChannelWriter<ChangeEvent> changes) : IInvalidationListener
{
    private readonly byte[] _keys = Encoding.UTF8.GetBytes(prefix + ":");
    private readonly byte[] _tags = Encoding.UTF8.GetBytes(RedisTags.KeyPrefix(prefix) + "tag:");

    public string Prefix => prefix + ":";

    public ChangeChannel? Channel => null;

    public IReadOnlyList<string> SyncChannels => [];

    public void OnChanged(ReadOnlySpan<byte> key)
    {
        if (key.StartsWith(_keys))
        {
            Add("Key", Encoding.UTF8.GetString(key[_keys.Length..]));
        }
        else if (key.StartsWith(_tags))
        {
            Add("Tag", Encoding.UTF8.GetString(key[_tags.Length..]));
        }
    }

    public void OnMessage(RedisNode node, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
    }

    public void OnTrust(long untilMs)
    {
    }

    public void OnSuccession() => Add("All", "*", "Another server has come in the place of the one that told of changes.");

    public void OnSuspect()
    {
    }

    public void OnLost(RedisNode node) => Add("All", "*", $"All keys may have changed: the database of {node.Name} was flushed, or a connection to it was lost.");

    private void Add(string kind, string what, string detail = "") => changes.TryWrite(new ChangeEvent(time.GetUtcNow(), kind, what, detail));
}
