using System.Reflection;

namespace ApiExplorer.Import.Signatures;

/// <summary>Who sees a member, and how it takes part in inheritance.</summary>
internal static class MemberAccess
{
    public static bool IsVisible(MethodAttributes attributes) => (attributes & MethodAttributes.MemberAccessMask)
        is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    public static bool IsVisible(FieldAttributes attributes) => (attributes & FieldAttributes.FieldAccessMask)
        is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    public static string Keywords(MethodAttributes attributes) => (attributes & MethodAttributes.MemberAccessMask) switch
    {
        MethodAttributes.Public => "public ",
        MethodAttributes.Family => "protected ",
        MethodAttributes.FamORAssem => "protected internal ",
        _ => "private ",
    };

    public static string Keywords(FieldAttributes attributes) => (attributes & FieldAttributes.FieldAccessMask) switch
    {
        FieldAttributes.Family => "protected ",
        FieldAttributes.FamORAssem => "protected internal ",
        _ => "public ",
    };

    /// <summary>The more visible of two accessors decides what a property shows.</summary>
    public static int Rank(MethodAttributes attributes) => (attributes & MethodAttributes.MemberAccessMask) switch
    {
        MethodAttributes.Public => 3,
        MethodAttributes.FamORAssem => 2,
        MethodAttributes.Family => 1,
        _ => 0,
    };

    public static string Modifiers(MethodAttributes attributes, bool inInterface)
    {
        var isStatic = attributes.HasFlag(MethodAttributes.Static);
        var isVirtual = attributes.HasFlag(MethodAttributes.Virtual);
        var isAbstract = attributes.HasFlag(MethodAttributes.Abstract);
        if (isStatic)
            return isAbstract ? "static abstract " : isVirtual ? "static virtual " : "static ";
        if (!isVirtual || (inInterface && isAbstract))
            return "";
        if (!attributes.HasFlag(MethodAttributes.NewSlot))
            return attributes.HasFlag(MethodAttributes.Final) ? "sealed override " : isAbstract ? "abstract override " : "override ";
        if (isAbstract)
            return "abstract ";
        return attributes.HasFlag(MethodAttributes.Final) ? "" : "virtual ";
    }
}
