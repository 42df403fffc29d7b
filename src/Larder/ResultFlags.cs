namespace Larder;

/// <summary>What is known of a result beside its value.</summary>
[Flags]
internal enum ResultFlags : byte
{
    None = 0,

    /// <summary>The value lives.</summary>
    HasValue = 1,

    /// <summary>The value may be served but should be loaded anew.</summary>
    Stale = 2,

    /// <summary>The value is past its expiry, and held for get-or-create only.</summary>
    Reserve = 4,

    /// <summary>It is time for an early refresh.</summary>
    RefreshDue = 8,

    /// <summary>There is an entry, but of another type than asked for.</summary>
    OtherType = 16,

    /// <summary>The tier could not be asked, so that it is not known what is there.</summary>
    Unavailable = 32,

    /// <summary>The entry lives in the memory of this process only; what is there otherwise is a copy.</summary>
    Own = 64,
}
