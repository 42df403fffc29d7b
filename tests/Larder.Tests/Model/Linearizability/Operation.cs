using System.Globalization;

namespace Larder.Tests.Model.Linearizability;

/// <summary>One operation of a history: what was asked, what was answered, and when both happened on a clock that all threads share.</summary>
internal sealed record Operation(int Thread, string Key, Call Call, long Argument)
{
    /// <summary>The version that a compare-and-set expects; zero for an absent entry.</summary>
    public long ExpectedVersion { get; set; }

    public long Invoked { get; set; }

    public long Returned { get; set; }

    /// <summary>Whether there was a value (get, exchange, remove), or the write took place (add, compare-and-set).</summary>
    public bool Success { get; set; }

    /// <summary>The value that was found, or the sum.</summary>
    public long Value { get; set; }

    /// <summary>The version that was found.</summary>
    public long Version { get; set; }

    /// <summary>Gets whether the operation has no effect, so that a history is right without it if it is right with it.</summary>
    public bool OnlyReads => Call == Call.Get || (!Success && Call is Call.Add or Call.CompareAndSet or Call.Remove);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"[{Invoked,3}-{Returned,3}] thread {Thread}: {Call} {Key} {Argument}{(Call == Call.CompareAndSet ? $" if version {ExpectedVersion}" : "")} -> {Success}, {Value}, version {Version}");
}
