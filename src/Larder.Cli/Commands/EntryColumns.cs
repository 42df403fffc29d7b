using System.Globalization;
using Larder.Cli.Rendering;

namespace Larder.Cli.Commands;

/// <summary>How entries are shown.</summary>
internal static class EntryColumns
{
    /// <summary>The columns at the end of <see cref="Single"/> that show the value.</summary>
    public const int ValueColumns = 3;

    private static readonly Column s_key = new("key", "Key");
    private static readonly Column s_timeToLive = new("timeToLive", "Expires in");
    private static readonly Column s_age = new("age", "Age");
    private static readonly Column s_size = new("size", "Size", Humane.Size);
    private static readonly Column s_format = new("format", "Format");
    private static readonly Column s_tags = new("tags", "Tags");
    private static readonly Column s_stale = new("isStale", "Stale");

    public static ReportShape List { get; } = new("keys", s_key, s_timeToLive, s_age, s_size, s_format, s_stale, s_tags);

    public static ReportShape Single { get; } = new(
        "entry",
        s_key,
        new Column("tiers", "Where"),
        s_timeToLive,
        s_age,
        new Column("slidingExpiration", "Sliding"),
        new Column("maxStale", "Kept stale for"),
        s_stale,
        s_size,
        new Column("uncompressedSize", "Uncompressed", Humane.Size),
        s_format,
        s_tags,
        new Column("version", "Version"),
        new Column("value", "Value"),
        new Column("valueFormat", "Value format"),
        new Column("isTruncated", "Truncated"));

    public static object?[] ListValues(EntryInfo entry) => [entry.Key, entry.TimeToLive, entry.Age, entry.Size, entry.Format, entry.IsStale, entry.Tags];

    public static object?[] SingleValues(EntryInfo entry, EntryPreview? preview) =>
    [
        entry.Key, entry.Tiers.ToString(), entry.TimeToLive, entry.Age, entry.SlidingExpiration, entry.MaxStale, entry.IsStale, entry.Size, entry.UncompressedSize, entry.Format, entry.Tags,
        entry.Version.ToString(CultureInfo.InvariantCulture), preview?.Text, preview?.Format.ToString(), preview?.IsTruncated,
    ];
}
