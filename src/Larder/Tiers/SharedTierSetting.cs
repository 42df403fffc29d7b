namespace Larder.Tiers;

/// <summary>A setting of a shared tier as configuration or environment has it, to be read by the tier that it is for.</summary>
/// <param name="Name">Its name, with <c>:</c> between the parts.</param>
/// <param name="Text">Its value; may be a secret.</param>
/// <param name="Path">Where it stands, for messages.</param>
internal readonly record struct SharedTierSetting(string Name, string Text, string Path)
{
    public override string ToString() => Path;
}
