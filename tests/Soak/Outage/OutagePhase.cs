namespace Larder.Soak.Outage;

/// <summary>The parts of an outage run.</summary>
internal enum OutagePhase
{
    /// <summary>Redis is there.</summary>
    Before,

    /// <summary>The first second without it, in which the cache finds out.</summary>
    FirstSecond,

    /// <summary>The rest of the time without it.</summary>
    During,

    /// <summary>The first second in which it is back.</summary>
    Return,

    /// <summary>All is as before.</summary>
    After,
}
