namespace ResellerPortal.Core.Time;

/// <summary>How far long work is.</summary>
public readonly record struct Steps(int Done, int Of);
