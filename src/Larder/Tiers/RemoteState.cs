using System.Diagnostics.CodeAnalysis;
using Larder.Serialization;

namespace Larder.Tiers;

/// <summary>What stands under a key in a store of bytes.</summary>
internal readonly record struct RemoteState(EntryFrame? Frame, long Version, bool Lives, bool IsReserve, bool IsStale)
{
    /// <summary>Gets whether it is an entry that lives.</summary>
    [MemberNotNullWhen(true, nameof(Frame))]
    public bool Lives { get; init; } = Lives;

    /// <summary>Gets whether it is an entry past its expiry that get-or-create may serve.</summary>
    [MemberNotNullWhen(true, nameof(Frame))]
    public bool IsReserve { get; init; } = IsReserve;
}
