using System.Diagnostics.CodeAnalysis;
using Larder.Serialization;

namespace Larder.Tiers;

/// <summary>What stands under a key in a store of bytes.</summary>
/// <param name="Frame">The record; <see langword="null"/> when there is none that can be read.</param>
/// <param name="RecordVersion">The version of the record in its store, on which changes are conditioned.</param>
/// <param name="Lives">Whether it is an entry that lives.</param>
/// <param name="IsReserve">Whether it is an entry past its expiry that get-or-create may serve.</param>
/// <param name="IsStale">Whether the entry was invalidated lazily.</param>
internal readonly record struct RemoteState(EntryFrame? Frame, long RecordVersion, bool Lives, bool IsReserve, bool IsStale)
{
    /// <summary>Gets the version that callers see; zero when no entry lives.</summary>
    public long Version => Lives ? Frame.WriteId : 0;

    /// <summary>Gets whether it is an entry that lives.</summary>
    [MemberNotNullWhen(true, nameof(Frame))]
    public bool Lives { get; init; } = Lives;

    /// <summary>Gets whether it is an entry past its expiry that get-or-create may serve.</summary>
    [MemberNotNullWhen(true, nameof(Frame))]
    public bool IsReserve { get; init; } = IsReserve;
}
