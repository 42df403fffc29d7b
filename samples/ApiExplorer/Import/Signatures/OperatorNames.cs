namespace ApiExplorer.Import.Signatures;

/// <summary>Turns the metadata names of operators into C# symbols.</summary>
internal static class OperatorNames
{
    private const string Prefix = "op_";
    private const string CheckedPrefix = "op_Checked";

    public static bool IsConversion(string metadataName) => metadataName is "op_Implicit" or "op_Explicit" or "op_CheckedExplicit";

    /// <summary>The text after the keyword <c>operator</c>; null when the name is not that of an operator.</summary>
    public static string? Symbol(string metadataName)
    {
        if (!metadataName.StartsWith(Prefix, StringComparison.Ordinal))
            return null;

        if (metadataName.StartsWith(CheckedPrefix, StringComparison.Ordinal))
            return Plain(metadataName[CheckedPrefix.Length..]) is { } symbol ? "checked " + symbol : null;
        return Plain(metadataName[Prefix.Length..]);
    }

    private static string? Plain(string name) => name switch
    {
        "Addition" or "UnaryPlus" => "+",
        "Subtraction" or "UnaryNegation" => "-",
        "Multiply" => "*",
        "Division" => "/",
        "Modulus" => "%",
        "BitwiseAnd" => "&",
        "BitwiseOr" => "|",
        "ExclusiveOr" => "^",
        "LeftShift" => "<<",
        "RightShift" => ">>",
        "UnsignedRightShift" => ">>>",
        "Equality" => "==",
        "Inequality" => "!=",
        "LessThan" => "<",
        "LessThanOrEqual" => "<=",
        "GreaterThan" => ">",
        "GreaterThanOrEqual" => ">=",
        "LogicalNot" => "!",
        "OnesComplement" => "~",
        "Increment" or "IncrementAssignment" => "++",
        "Decrement" or "DecrementAssignment" => "--",
        "True" => "true",
        "False" => "false",
        "Implicit" => "implicit",
        "Explicit" => "explicit",
        "AdditionAssignment" => "+=",
        "SubtractionAssignment" => "-=",
        "MultiplicationAssignment" => "*=",
        "DivisionAssignment" => "/=",
        "ModulusAssignment" => "%=",
        "BitwiseAndAssignment" => "&=",
        "BitwiseOrAssignment" => "|=",
        "ExclusiveOrAssignment" => "^=",
        "LeftShiftAssignment" => "<<=",
        "RightShiftAssignment" => ">>=",
        "UnsignedRightShiftAssignment" => ">>>=",
        _ => null,
    };
}
