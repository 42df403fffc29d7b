namespace Larder.EntityFrameworkCore.Reading;

/// <summary>Whether what is cached of a row is for who asks.</summary>
internal enum RowMatch
{
    Same,

    /// <summary>It was written under another model: an earlier version of the application, another context.</summary>
    OtherModel,

    /// <summary>It was read by somebody whose query filters have other values.</summary>
    OtherFilter,
}
