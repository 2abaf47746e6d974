namespace ResellerPortal.Core.Time;

/// <summary>How far long work is.</summary>
public readonly record struct BatchProgress(int Done, int Of);
