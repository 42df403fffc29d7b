namespace Larder.Redis.Tracking;

/// <summary>What a message of <see cref="ChangeChannel"/> is about.</summary>
internal enum ChannelMessage : byte
{
    /// <summary>A key has changed.</summary>
    Key = (byte)'k',

    /// <summary>A tag was invalidated.</summary>
    Tag = (byte)'t',
}
