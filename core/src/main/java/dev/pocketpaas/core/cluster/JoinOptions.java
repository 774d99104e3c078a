package dev.pocketpaas.core.cluster;

/**
 * What a machine shall be in the cluster that it joins.
 *
 * @param manager whether it is one of the managers, who decide by majority
 * @param plain whether what apps send from machine to machine need not be encrypted
 */
public record JoinOptions(boolean manager, boolean plain) {}
