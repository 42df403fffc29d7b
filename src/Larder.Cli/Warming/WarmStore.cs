using System.Globalization;
using System.Text;
using System.Text.Json;
using Larder.Cli.Targets;
using Larder.Serialization;
using Larder.Views;

namespace Larder.Cli.Warming;

/// <summary>Stores entries of a file as an application would have.</summary>
internal sealed class WarmStore(RedisTarget target, TimeSpan timeToLive, bool isAdding)
{
    /// <summary>The format of System.Text.Json, which is the usual serializer.</summary>
    private const PayloadFormat Json = PayloadFormat.SerializerBase + 1;

    private readonly SerializerSet _serializers = SerializerSet.Of(((CacheView)target.Library).Core.Options);

    /// <summary>Stores an entry.</summary>
    /// <returns>Whether it was; not when it is only to be added, and is there.</returns>
    public async ValueTask<bool> StoreAsync(WarmEntry entry, CancellationToken cancellationToken)
    {
        var options = new CacheEntryOptions { TimeToLive = entry.TimeToLive ?? timeToLive, Tags = entry.Tags };
        return entry.Value switch
        {
            { ValueKind: JsonValueKind.Null } => await StoreAsync<string?>(entry.Key, null, options, cancellationToken),
            { ValueKind: JsonValueKind.String } text => await StoreAsync(entry.Key, text.GetString(), options, cancellationToken),
            _ when entry.Type is { } type => await StoreAsync(
                entry.Key, new SerializedValue(new StoredValue(Encoding.UTF8.GetBytes(entry.Value.GetRawText()), Json, TypeId.HashOf(type)), _serializers), options, cancellationToken),
            { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var integer) => await StoreAsync(entry.Key, integer, options, cancellationToken),
            _ => await StorePlainAsync(entry, options.TimeToLive!.Value, cancellationToken),
        };
    }

    private async ValueTask<bool> StoreAsync<T>(string key, T value, CacheEntryOptions options, CancellationToken cancellationToken)
    {
        if (isAdding)
        {
            return await target.Library.AddAsync(key, value, options, cancellationToken);
        }

        await target.Library.SetAsync(key, value, options, cancellationToken);
        return true;
    }

    /// <summary>Stores JSON without the header of an entry, as a program without Larder does: any type reads it.</summary>
    private async ValueTask<bool> StorePlainAsync(WarmEntry entry, TimeSpan life, CancellationToken cancellationToken)
    {
        List<object> arguments = [$"{target.Address.Prefix}:{entry.Key}", entry.Value.GetRawText()];
        if (life != CacheTtl.Never)
        {
            arguments.AddRange(["PX", ((long)life.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)]);
        }

        return await target.Library.ExecuteAsync("SET", isAdding ? [.. arguments, "NX"] : arguments, cancellationToken) is not null;
    }
}
