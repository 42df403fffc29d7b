namespace Larder.Dashboard.Access;

/// <summary>What a visitor may do.</summary>
[Flags]
internal enum Rights
{
    None = 0,

    /// <summary>See figures, keys and tags.</summary>
    View = 1,

    /// <summary>See values.</summary>
    ViewValues = 2,

    /// <summary>Remove, expire and clear.</summary>
    Invalidate = 4,

    All = View | ViewValues | Invalidate,
}
