namespace Larder.Soak.Stampede;

/// <summary>What the callers of a stampede meet.</summary>
internal enum StampedeVariant
{
    /// <summary>A key that was never there.</summary>
    Cold,

    /// <summary>A key whose time to live is just over.</summary>
    Expired,

    /// <summary>A key that was just removed, of which all processes had the value.</summary>
    Removed,

    /// <summary>The process that loads is killed as kill -9 does, half way through its load.</summary>
    Killed,

    /// <summary>Redis is down.</summary>
    Down,

    /// <summary>The loader throws.</summary>
    Throwing,

    /// <summary>The loader never ends by itself: the load timeout ends it.</summary>
    Hanging,
}
