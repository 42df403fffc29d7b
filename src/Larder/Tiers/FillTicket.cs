namespace Larder.Tiers;

/// <summary>
/// What a tier knew of a key when a load of it began. The tier voids the ticket when the key is written, removed or otherwise changed; a
/// voided ticket stores nothing, and nobody joins its load any more, unless the load can still begin anew with another.
/// </summary>
internal class FillTicket(string key, long startClock = 0)
{
    private volatile bool _isVoid;
    private bool _hasEnded;

    public string Key { get; } = key;

    /// <summary>Gets whether the key, or a tag that was known when the load began, has been invalidated since.</summary>
    public virtual bool IsVoid => _isVoid;

    /// <summary>Gets the tier's <see cref="CacheTier.TagClock"/> when the load began.</summary>
    public long StartClock { get; } = startClock;

    /// <summary>Gets whether the tier could not be asked for a ticket, so that nothing can be stored.</summary>
    public bool IsLost { get; init; }

    /// <summary>Gets whether another process loads the key, so that this load is not needed; with <see cref="FillMode.Skip"/>.</summary>
    public bool IsTaken { get; init; }

    /// <summary>
    /// Gets whether the load of another process was waited for, and has ended: what it stored is to be looked for first. Where there is nothing, the ticket is abandoned, and
    /// the load begins again with it at hand.
    /// </summary>
    public virtual bool HasWaited => false;

    /// <summary>Gets or sets whether the tier hears only at the end of the ticket that the key was changed elsewhere.</summary>
    public bool IsUntold { get; set; }

    /// <summary>Gets or sets whether it turned out at the end of the ticket that there was a change of which nothing had been heard, or that there may have been.</summary>
    public bool IsOvertaken { get; set; }

    /// <summary>Takes note that the load has failed, so that those who wait for it in other processes can be told.</summary>
    public virtual void Fail(Exception exception)
    {
    }

    /// <summary>The next ticket of the same key; kept by <see cref="FillTable"/>.</summary>
    public FillTicket? Next { get; set; }

    public void Void() => _isVoid = true;

    /// <summary>Claims the end of the ticket: it is completed or abandoned once.</summary>
    /// <returns>Whether it had not ended already.</returns>
    public bool TryEnd() => !Interlocked.Exchange(ref _hasEnded, true);
}
