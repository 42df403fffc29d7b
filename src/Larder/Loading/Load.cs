using Larder.Tiers;

namespace Larder.Loading;

/// <summary>A load under way, whatever its type. See <see cref="Load{T}"/>.</summary>
internal abstract class Load(string key, bool isRefresh, LoadScope scope)
{
    public string Key { get; } = key;

    /// <summary>Gets whether nobody waits for the load as a matter of course: it renews a value that is there.</summary>
    public bool IsRefresh { get; } = isRefresh;

    /// <summary>Gets or sets the ticket; <see langword="null"/> until the load really begins.</summary>
    public FillTicket? Ticket { get; set; }

    /// <summary>Gets the call of the loader that this load is a part of.</summary>
    public LoadScope Scope { get; } = scope;

    /// <summary>Gets whether what the load will yield has not been invalidated since it began.</summary>
    public bool IsCurrent => Ticket is not { IsVoid: true };

    public abstract bool IsCompleted { get; }

    /// <summary>Ends the load with an exception.</summary>
    /// <returns>Whether it had not ended already.</returns>
    public abstract bool Fail(Exception exception);
}
