using System.Globalization;
using System.Text;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;

namespace Larder.Redis.Topology;

/// <summary>What a server of a cluster says that it holds itself, and is being sent: its own line of CLUSTER NODES.</summary>
/// <param name="Holder">The server and its slots.</param>
/// <param name="Count">How many slots.</param>
internal readonly record struct OwnSlots(KeyHolder Holder, int Count)
{
    /// <summary>Where the slots begin among the words of the line.</summary>
    private const int FirstSlot = 8;

    /// <summary>Asks a server.</summary>
    /// <exception cref="CacheException">It did not answer.</exception>
    public static async Task<OwnSlots> AskAsync(RedisNode node, CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("CLUSTER"u8, 1).Add("NODES"u8);
        using var reply = await node.AskAsync(command, cancellationToken).ConfigureAwait(false);
        reply.ThrowIfError();
        return Parse(node, Encoding.UTF8.GetString(reply.Span));
    }

    /// <summary>Reads the answer. Slots of a server that is no primary do not count.</summary>
    public static OwnSlots Parse(RedisNode node, string answer)
    {
        foreach (var line in answer.Split('\n'))
        {
            var words = line.TrimEnd('\r').Split(' ');
            if (words.Length >= FirstSlot && words[2].Contains("myself", StringComparison.Ordinal))
            {
                var slots = words.Skip(FirstSlot).ToLookup(word => word.StartsWith('['));
                return new OwnSlots(
                    new KeyHolder(node, string.Join(' ', slots[false]), string.Join(' ', slots[true].Where(mark => mark.Contains("-<-", StringComparison.Ordinal)))),
                    slots[false].Sum(CountOf));
            }
        }

        return new OwnSlots(new KeyHolder(node), 0);
    }

    private static int CountOf(string range)
    {
        var ends = range.Split('-');
        return int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            ? last - first + 1
            : 0;
    }
}
