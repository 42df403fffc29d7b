using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Inspection;

/// <summary>Describes the records of tiers of bytes.</summary>
internal static class FrameInfo
{
    /// <summary>Describes a record that lives.</summary>
    /// <param name="key">The key of the entry.</param>
    /// <param name="state">The record, judged.</param>
    /// <param name="size">The length of the whole record in bytes; negative when it is not known.</param>
    /// <param name="nowMs">The time now.</param>
    public static EntryInfo Of(string key, StoredState state, long size, long nowMs) => new()
    {
        Key = key,
        Tiers = CacheTiers.Shared,
        TimeToLive = state.TimeToLive(nowMs).Remaining,
        Age = state.Frame.AgeMs(nowMs) is { } age ? TimeSpan.FromSeconds(age / 1_000) : null,
        SlidingExpiration = state.Frame.SlidingMs > 0 ? TimeSpan.FromMilliseconds(state.Frame.SlidingMs) : null,
        MaxStale = CacheClock.Span(state.Frame.MaxStaleMs),
        IsStale = state.IsStale,
        Size = size,
        UncompressedSize = state.Frame.UncompressedLength > 0 ? state.Frame.UncompressedLength : null,
        Format = NameOf(state.Frame.Value.Format),
        Tags = [.. state.Frame.Tags.Select(tag => tag.Name)],
        Version = state.Version,
    };

    private static string NameOf(PayloadFormat format) => format switch
    {
        PayloadFormat.Null => "null",
        PayloadFormat.Bytes => "bytes",
        PayloadFormat.Text or PayloadFormat.Utf16 => "text",
        PayloadFormat.Integer => "integer",
        PayloadFormat.Foreign => "foreign",
        PayloadFormat.SerializerBase + 1 => "json",
        _ => $"serializer {format - PayloadFormat.SerializerBase}",
    };
}
