package main

func runWindow(c *call, background bool) int { return exitNoDisplay }
