namespace Larder.Tiers;

/// <summary>A ticket of a tier over bytes: the version that the record must still have, and the tag clock of the store when the load began.</summary>
internal sealed class RemoteFillTicket(string key, string[]? tags, long localClock) : FillTicket(key, localClock)
{
    /// <summary>Gets or sets the version of the lease, or of the entry that is loaded anew.</summary>
    public long Version { get; set; }

    /// <summary>Gets when the ticket was taken, in milliseconds of <see cref="CoarseTime.ExactMs"/>.</summary>
    public long TakenAtMs { get; } = CoarseTime.ExactMs;

    /// <summary>Gets which of the connections that tell of changes there were when the ticket was taken.</summary>
    public long Generation { get; init; }

    /// <summary>Gets why the load has failed; <see langword="null"/> if it has not.</summary>
    public Exception? Failure { get; private set; }

    public bool IsLease { get; set; }

    /// <summary>Gets or sets whether another load of this process takes the place of the lease: of a change from then on this one cannot know.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Gets or sets whether it has, and found the lease in its place: until then nobody had changed the key.</summary>
    public bool IsTakenOver { get; set; }

    /// <summary>Gets or sets whether the lease was given back, or its end found.</summary>
    public bool IsReleased { get; set; }

    /// <summary>Gets or sets which lease the load has in the place of its key, or may have because nobody waited for the answer; zero for none.</summary>
    public long AskedLease { get; set; }

    /// <summary>Gets or sets which lease the load has beside the entry that is loaded anew, or may have; zero for none.</summary>
    public long LeaseBeside { get; set; }

    /// <summary>Gets or sets whether nothing may be stored, because the store could not be asked what was there when the load began.</summary>
    public bool IsBarred { get; set; }

    /// <summary>Gets or sets the whole value that is loaded anew, if another program wrote it.</summary>
    public byte[]? Foreign { get; set; }

    /// <summary>Gets which lease was waited for; zero for none, and for one beside its entry.</summary>
    public long Awaited { get; init; }

    /// <summary>Gets when the first wait began, as a timestamp of the system; zero where nothing was waited for.</summary>
    public long WaitingSince { get; init; }

    public override bool HasWaited => WaitingSince != 0;

    /// <summary>Gets or sets the tags that the loaded value turned out to have, where it is not stored.</summary>
    public string[]? ValueTags { get; set; }

    /// <summary>
    /// Gets whether it is to be found out at the end of the ticket if there was a change that was not told. Not where it is known already, or nobody asks, because the load has failed; nor
    /// for a load that was barred, which is joined only as long as that does not matter.
    /// </summary>
    public bool MustFindOut => (IsUntold || ValueTags is not null) && !IsOvertaken && !IsBarred && Failure is null;

    public long TagStamp { get; set; }

    public string[]? Tags => tags;

    public override void Fail(Exception exception) => Failure = exception;
}
